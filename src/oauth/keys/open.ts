// Opens the box's keys: from settings (PEM), from the key file, or made afresh. kid is the RFC 7638 thumbprint.
import { hkdfSync } from 'node:crypto'
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose'
import type { Clock, Random } from '../../http/runtime.ts'
import type { Keys, SigningAlgorithm, SigningKey } from '../keys.ts'
import { createKeyFile, type KeyEntry, type KeyMaterial, readKeyFile, supersededAt } from './file.ts'
import { ALGORITHMS, generateJwk, publicPart } from './jwk.ts'
import { readPem } from './pem.ts'

export interface KeyOptions {
  /** Created (mode 0600) when absent; without it the keys live as long as the process. */
  readonly file?: string
  /** Both or none. */
  readonly privatePem?: string
  readonly publicPem?: string
  /** Replaces the file's secret, from which keys for other purposes are derived. */
  readonly secret?: string
  readonly random: Random
  readonly clock: Clock
}

const freshMaterial = async (random: Random): Promise<KeyMaterial> => ({
  secret: Buffer.from(random.bytes(32)).toString('base64url'),
  keys: await Promise.all(ALGORITHMS.map(async (alg) => ({ alg, jwk: await generateJwk(alg) }))),
})

const material = async ({ file, random }: KeyOptions): Promise<KeyMaterial> => {
  const stored = file === undefined ? undefined : await readKeyFile(file)
  if (stored) return stored
  const fresh = await freshMaterial(random)
  if (file === undefined || (await createKeyFile(file, fresh))) return fresh
  return (await readKeyFile(file)) ?? fresh
}

/** A key of ours; a retired one has no private half any more. */
interface OwnKey extends Omit<SigningKey, 'privateKey'> {
  readonly privateKey: CryptoKey | undefined
  readonly from: number
  /** When a newer one took over; undefined: none did, or settings did. */
  readonly superseded: number | undefined
}

const importPrivate = async (jwk: JWK, alg: SigningAlgorithm): Promise<CryptoKey | undefined> => {
  if (jwk.d === undefined) return undefined
  const key = await importJWK(jwk, alg, { extractable: false })
  if (key instanceof Uint8Array) throw new Error('a signing key must be asymmetric')
  return key
}

const ownKey = async ({ alg, jwk, from = 0 }: KeyEntry, superseded: number | undefined): Promise<OwnKey> => {
  const open = publicPart(jwk)
  const kid = await calculateJwkThumbprint(open)
  return { kid, alg, privateKey: await importPrivate(jwk, alg), publicJwk: { ...open, kid, alg, use: 'sig' }, from, superseded }
}

const isSigning = (key: OwnKey): key is OwnKey & SigningKey => key.privateKey !== undefined

/** The box's keys. Rejects when only one PEM is given, the two do not match, or the key file is damaged. */
export const openKeys = async (options: KeyOptions): Promise<Keys> => {
  const { privatePem, publicPem, clock } = options
  if ((privatePem === undefined) !== (publicPem === undefined)) throw new Error('give both the private and the public key, or none')
  const stored = await material(options)
  const given = privatePem !== undefined && publicPem !== undefined ? readPem(privatePem, publicPem) : undefined
  const first = given ? [{ alg: given.alg, jwk: given.key.export({ format: 'jwk' }) as JWK }] : []
  const entries = [...first, ...stored.keys]
  const keys = await Promise.all(entries.map((entry, at) => ownKey(entry, supersededAt(entries, at))))
  const base = options.secret ?? stored.secret
  const signers = keys.filter(isSigning)
  return {
    signing: (alg = 'RS256') => {
      const key = signers.find((one) => one.alg === alg && one.from <= clock.now())
      if (!key) throw new Error(`there is no ${alg} key`)
      return key
    },
    jwks: { keys: keys.map((key) => key.publicJwk) },
    published: (longest) =>
      keys.filter(({ superseded = Number.POSITIVE_INFINITY }) => superseded + longest > clock.now()).map((key) => key.publicJwk),
    secret: (purpose) => new Uint8Array(hkdfSync('sha256', base, 'emberbox', purpose, 32)),
  }
}
