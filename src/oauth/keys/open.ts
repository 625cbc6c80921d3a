// Opens the box's keys: from settings (PEM), from the key file, or made afresh. kid is the RFC 7638 thumbprint.
import { generateKeyPair, hkdfSync } from 'node:crypto'
import { promisify } from 'node:util'
import { calculateJwkThumbprint, importJWK, type JWK } from 'jose'
import type { Random } from '../../http/runtime.ts'
import type { Keys, SigningAlgorithm, SigningKey } from '../keys.ts'
import { createKeyFile, type KeyMaterial, readKeyFile } from './file.ts'
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
}

const generate = promisify(generateKeyPair)
const CURVES = { ES256: 'P-256', ES384: 'P-384' } as const

const generateJwk = async (alg: SigningAlgorithm): Promise<JWK> => {
  const pair = alg === 'RS256' ? await generate('rsa', { modulusLength: 2048 }) : await generate('ec', { namedCurve: CURVES[alg] })
  return pair.privateKey.export({ format: 'jwk' }) as JWK
}

const freshMaterial = async (random: Random): Promise<KeyMaterial> => ({
  secret: Buffer.from(random.bytes(32)).toString('base64url'),
  keys: await Promise.all((['RS256', 'ES256', 'ES384'] as const).map(async (alg) => ({ alg, jwk: await generateJwk(alg) }))),
})

const material = async ({ file, random }: KeyOptions): Promise<KeyMaterial> => {
  const stored = file === undefined ? undefined : await readKeyFile(file)
  if (stored) return stored
  const fresh = await freshMaterial(random)
  if (file === undefined || (await createKeyFile(file, fresh))) return fresh
  return (await readKeyFile(file)) ?? fresh
}

const PUBLIC_MEMBERS = ['kty', 'n', 'e', 'crv', 'x', 'y'] as const

const signingKey = async ({ alg, jwk }: { alg: SigningAlgorithm; jwk: JWK }): Promise<SigningKey> => {
  const members = PUBLIC_MEMBERS.flatMap((name) => (jwk[name] === undefined ? [] : [[name, jwk[name]]]))
  const open: JWK = Object.fromEntries(members)
  const kid = await calculateJwkThumbprint(open)
  const privateKey = await importJWK(jwk, alg, { extractable: false })
  if (privateKey instanceof Uint8Array) throw new Error('a signing key must be asymmetric')
  return { kid, alg, privateKey, publicJwk: { ...open, kid, alg, use: 'sig' } }
}

/** The box's keys. Rejects when only one PEM is given, the two do not match, or the key file is damaged. */
export const openKeys = async (options: KeyOptions): Promise<Keys> => {
  const { privatePem, publicPem } = options
  if ((privatePem === undefined) !== (publicPem === undefined)) throw new Error('give both the private and the public key, or none')
  const stored = await material(options)
  const given = privatePem !== undefined && publicPem !== undefined ? readPem(privatePem, publicPem) : undefined
  const first = given ? [{ alg: given.alg, jwk: given.key.export({ format: 'jwk' }) as JWK }] : []
  const keys = await Promise.all([...first, ...stored.keys].map(signingKey))
  const base = options.secret ?? stored.secret
  return {
    signing: (alg = 'RS256') => {
      const key = keys.find((one) => one.alg === alg)
      if (!key) throw new Error(`there is no ${alg} key`)
      return key
    },
    jwks: { keys: keys.map((key) => key.publicJwk) },
    secret: (purpose) => new Uint8Array(hkdfSync('sha256', base, 'emberbox', purpose, 32)),
  }
}
