// Verification of the box's own JWTs (security-requirements J-01 to J-07): own keys, fixed algorithms, one `typ` per use.
import { compactVerify, createLocalJWKSet } from 'jose'
import type { Keys } from '../keys.ts'

const MAX_TOKEN = 16_384
const MAX_CACHED = 2_000
const ALGORITHMS = ['RS256', 'ES256', 'ES384']

type Typ = 'at+jwt' | 'JWT'
type Claims = Readonly<Record<string, unknown>>
interface Verifier {
  readonly keys: ReturnType<typeof createLocalJWKSet>
  /** By `typ`, token → claims: signatures that were verified once. What a token is worth today is never cached. */
  readonly verified: Readonly<Record<Typ, Map<string, Claims>>>
}
const verifiers = new WeakMap<Keys, Verifier>()

const verifierOf = (keys: Keys): Verifier => {
  let verifier = verifiers.get(keys)
  if (!verifier) {
    verifier = { keys: createLocalJWKSet({ keys: [...keys.jwks.keys] }), verified: { 'at+jwt': new Map(), JWT: new Map() } }
    verifiers.set(keys, verifier)
  }
  return verifier
}

/** Our own headers are exactly `alg`, `typ`, `kid` in our own spelling; jwk, x5c, jku, crit, b64 and repeated members all fail here. */
const headerIsOurs = (token: string, typ: string): boolean => {
  const text = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8')
  try {
    const { alg, kid, ...rest } = JSON.parse(text)
    return typeof kid === 'string' && ALGORITHMS.includes(alg) && rest.typ === typ && text === JSON.stringify({ alg, typ, kid })
  } catch {
    return false
  }
}

/** The claims of a JWT that this box signed with this `typ`; undefined for everything else. Expiry and audience are the caller's. */
export const verifyOwn = async (token: string, keys: Keys, typ: Typ): Promise<Claims | undefined> => {
  if (token.length > MAX_TOKEN) return undefined
  const verifier = verifierOf(keys)
  const verified = verifier.verified[typ]
  const cached = verified.get(token)
  if (cached) return cached
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) || !headerIsOurs(token, typ)) return undefined
  try {
    const { payload } = await compactVerify(token, verifier.keys, { algorithms: ALGORITHMS })
    const claims: Claims = JSON.parse(Buffer.from(payload).toString('utf8'))
    const oldest = verified.size >= MAX_CACHED ? verified.keys().next().value : undefined
    if (oldest !== undefined) verified.delete(oldest)
    verified.set(token, claims)
    return claims
  } catch {
    return undefined
  }
}
