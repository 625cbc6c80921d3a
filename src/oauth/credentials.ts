// HTTP credentials as they stand in the Authorization header (RFC 7617, RFC 6750 §2.1).
import { OAuthError } from './errors.ts'

export type Credentials =
  | { readonly scheme: 'basic'; readonly id: string; readonly secret: string }
  | { readonly scheme: 'bearer'; readonly token: string }
  | { readonly scheme: 'unknown' }

const decodeBasic = (encoded: string): Credentials => {
  const text = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) ? Buffer.from(encoded, 'base64').toString('utf8') : ''
  const colon = text.indexOf(':')
  if (colon < 1) throw new OAuthError('invalid_request', 'the Basic credentials cannot be read')
  return { scheme: 'basic', id: text.slice(0, colon), secret: text.slice(colon + 1) }
}

/** Reads the header; undefined when it is absent. Two credentials, or Basic that cannot be read, are refused. */
export const readCredentials = (header: string | undefined): Credentials | undefined => {
  if (header === undefined) return undefined
  if (header.includes(',')) throw new OAuthError('invalid_request', 'more than one credential')
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/.exec(header.trim()) ?? []
  if (scheme.toLowerCase() === 'basic') return decodeBasic(value)
  if (scheme.toLowerCase() === 'bearer' && value !== '') return { scheme: 'bearer', token: value }
  return { scheme: 'unknown' }
}

/** RFC 6749 §2.3.1 form-encodes both parts of Basic; many clients do not. Both readings, when they differ. */
export const basicReadings = (text: string): readonly string[] => {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    return decoded === text ? [text] : [text, decoded]
  } catch {
    return [text]
  }
}
