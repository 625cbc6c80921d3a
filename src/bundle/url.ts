// The URL of a Bundle entry (aidbox-behaviour §1.1): relative to the FHIR base, with or without a leading slash.
import { nearest } from './suggest.ts'

export type EntryUrl =
  | { readonly type: string; readonly id: string | undefined }
  | { readonly skipped: string }
  | { readonly error: string }

const UNSERVED: ReadonlySet<string> = new Set([
  ...['App', 'NotificationTemplate', 'Notification', 'Parameters', 'Attribute', 'Entity', 'Lambda', 'Module', 'Migration'],
  ...['Mapping', 'SeedImport', 'ViewDefinition', 'PGSequence', 'FtrConfig', 'Concept', 'GcpServiceAccount', 'AlphaSDC'],
])

/** Types of Aidbox that are not served here (design, "Bundles": skipped with a warning). */
export const isUnserved = (type: string): boolean => UNSERVED.has(type) || type.startsWith('Aidbox')

/** What an entry's URL names. */
export const readEntryUrl = (url: string): EntryUrl => {
  if (url.includes('$')) return { skipped: `the operation ${url} is not served yet; this entry is skipped` }
  if (/^[a-z][a-z\d+.-]*:/i.test(url)) return { error: 'the URL of an entry is relative, as in Client/my-app' }
  if (/^\/?fhir(?:\/|$)/.test(url)) return { error: 'the URL of an entry is relative to the FHIR base: leave /fhir out' }
  if (url.includes('?')) return { error: 'conditional URLs are not read in bundles; use ifNoneExist' }
  const [, type, id] = /^\/?([A-Z]\w*)(?:\/([A-Za-z0-9\-._]{1,128}))?\/?$/.exec(url) ?? []
  if (type === undefined) return { error: 'the URL of an entry is Type/id or Type' }
  return { type, id }
}

/** The method of an entry. */
export const readMethod = (method: unknown): 'PUT' | 'POST' | 'PATCH' | 'DELETE' | { readonly error: string } => {
  const upper = typeof method === 'string' ? method.toUpperCase() : ''
  if (upper === 'PUT' || upper === 'POST' || upper === 'PATCH' || upper === 'DELETE') return upper
  const near = nearest(upper, ['PUT', 'POST', 'PATCH', 'DELETE'])
  return { error: `the method of an entry is PUT, POST, PATCH or DELETE${near ? `; did you mean "${near}"?` : ''}` }
}
