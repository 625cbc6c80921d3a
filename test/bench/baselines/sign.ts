// The limit of tokens: jose's RS256 signatures alone, over claims such as ours.
import { generateKeyPair, SignJWT } from 'jose'

const [, , seconds = '3'] = process.argv
const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048 })
const claims = {
  iss: 'http://localhost',
  sub: 'bench',
  aud: 'http://localhost/fhir',
  client_id: 'bench',
  scope: 'system/*.cruds',
  atv: 2,
  jti: 'x'.repeat(43),
}
let count = 0
const began = process.cpuUsage()
const end = performance.now() + Number(seconds) * 1000
while (performance.now() < end) {
  await Promise.all(
    Array.from({ length: 32 }, () =>
      new SignJWT({ ...claims, iat: count, exp: count + 3_600 })
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'k'.repeat(43) })
        .sign(privateKey),
    ),
  )
  count += 32
}
const { user, system } = process.cpuUsage(began)
console.log(JSON.stringify({ perCpuSecond: count / ((user + system) / 1e6) }))
