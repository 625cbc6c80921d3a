// Sealed paging cursors: opaque and bound to their query. They carry no authority: each page is authorized anew.
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { FhirSearchError } from './errors.ts'

const derived = (secret: Uint8Array, purpose: string): Buffer => createHmac('sha256', secret).update(`emberbox cursor ${purpose}`).digest()

const KEYS = new WeakMap<Uint8Array, { readonly nonce: Buffer; readonly seal: Buffer }>()

/** The keys of a secret, derived once. */
const keysOf = (secret: Uint8Array): { readonly nonce: Buffer; readonly seal: Buffer } => {
  const known = KEYS.get(secret)
  if (known) return known
  const keys = { nonce: derived(secret, 'nonce'), seal: derived(secret, 'seal') }
  KEYS.set(secret, keys)
  return keys
}

/** The nonce is derived from what is sealed, so the same position of the same query reads the same (SIV). */
const nonceOf = (secret: Uint8Array, text: string, binding: string): Buffer =>
  createHmac('sha256', keysOf(secret).nonce)
    .update(JSON.stringify([binding, text]))
    .digest()
    .subarray(0, 12)

/** Seals a store's cursor for a query (`binding`), deterministically. */
export const sealCursor = (secret: Uint8Array, text: string, binding: string): string => {
  const nonce = nonceOf(secret, text, binding)
  const cipher = createCipheriv('aes-256-gcm', keysOf(secret).seal, nonce).setAAD(Buffer.from(binding))
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** The store's cursor again. Throws FhirSearchError where it was changed, made for another query or by another server. */
export const openCursor = (secret: Uint8Array, sealed: string, binding: string): string => {
  const bytes = Buffer.from(sealed, 'base64url')
  try {
    const decipher = createDecipheriv('aes-256-gcm', keysOf(secret).seal, bytes.subarray(0, 12), { authTagLength: 16 })
    decipher.setAAD(Buffer.from(binding)).setAuthTag(bytes.subarray(-16))
    return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    throw new FhirSearchError('invalid', 'the page link is not valid for this search')
  }
}
