// J-10: published signatures through our own verification of client assertions, at the time when they were made: RFC 7515 appendix A.2
// (RS256) and A.3 (ES256) with their keys and their claims verbatim, and every change of one character.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JWT_BEARER } from '../../../src/oauth/client/assertion.ts'
import type { Client } from '../../../src/oauth/types/client.ts'
import { createTestBox } from '../box.ts'

/** `{"iss":"joe","exp":1300819380,"http://example.com/is_root":true}`, with the line breaks of the RFC. */
const PAYLOAD = 'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'

const VECTORS = [
  {
    name: 'RFC 7515 A.2, RS256',
    jwk: {
      kty: 'RSA',
      alg: 'RS256',
      n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
      e: 'AQAB',
    },
    jws: `eyJhbGciOiJSUzI1NiJ9.${PAYLOAD}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw`,
  },
  {
    name: 'RFC 7515 A.3, ES256',
    jwk: {
      kty: 'EC',
      alg: 'ES256',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
    jws: `eyJhbGciOiJFUzI1NiJ9.${PAYLOAD}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`,
  },
] as const

const SIGNATURE = 'the client assertion is not acceptable: its signature does not verify'
const CLAIMS = 'the client assertion is not acceptable: iss and sub must both be the client_id'

const joe = (jwk: object): Client => ({
  resourceType: 'Client',
  id: 'joe',
  grant_types: ['client_credentials'],
  jwks: [jwk] as unknown as NonNullable<Client['jwks']>,
  auth: { client_credentials: { client_assertion_types: [JWT_BEARER] } },
})

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Another character in the place of the one that stands there; 32 later, so that more than unused trailing bits change. */
const changed = (text: string, at: number): string => {
  const other = ALPHABET[(ALPHABET.indexOf(text[at] ?? '') + 32) % 64] ?? ''
  return `${text.slice(0, at)}${other}${text.slice(at + 1)}`
}

for (const { name, jwk, jws } of VECTORS) {
  test(`J-10: ${name}: the signature holds, so that only what it says is refused; changed anywhere, it does not hold`, async () => {
    const box = await createTestBox([joe(jwk)])
    box.time.now = 1_300_819_380_000
    const why = async (client_assertion: string) => {
      const form = { grant_type: 'client_credentials', client_id: 'joe', client_assertion_type: JWT_BEARER, client_assertion }
      return (await box.post('/auth/token', form)).body.error_description
    }
    assert.equal(await why(jws), CLAIMS)
    const signature = jws.lastIndexOf('.') + 1
    for (let at = signature; at < jws.length; at++) assert.equal(await why(changed(jws, at)), SIGNATURE, `character ${at}`)
    for (const cut of [1, 2, 3, 4, 8]) assert.equal(await why(jws.slice(0, -cut)), SIGNATURE, `${cut} characters short`)
    assert.equal(await why(`${jws}AAAA`), SIGNATURE)
    assert.notEqual(await why(`${jws}=`), CLAIMS, 'padding is not base64url')
  })
}

test('J-10: a vector under the other’s key, and under its key registered for another algorithm', async () => {
  const [rsa, ec] = VECTORS
  for (const [jwk, jws] of [
    [rsa.jwk, ec.jws],
    [ec.jwk, rsa.jws],
    [{ ...rsa.jwk, alg: 'RS384' }, rsa.jws],
    [{ ...ec.jwk, use: 'enc' }, ec.jws],
  ] as const) {
    const box = await createTestBox([joe(jwk)])
    const { status, body } = await box.post('/auth/token', {
      grant_type: 'client_credentials',
      client_id: 'joe',
      client_assertion_type: JWT_BEARER,
      client_assertion: jws,
    })
    assert.deepEqual(
      [status, body.error_description],
      [401, 'the client assertion is not acceptable: no single registered key has its kid and alg'],
    )
  }
})
