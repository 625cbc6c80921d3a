// Entity tags of versions (RFC 9110 §8.8.3, R4 http.html#versioning): `W/"3"`.
import { HttpError } from './errors.ts'

/** The ETag of a version. */
export const etag = (version: number): string => `W/"${version}"`

/** The version that a precondition header names; undefined when it is absent. Throws HttpError 400. */
export const versionOf = (header: string | undefined): number | undefined => {
  if (header === undefined) return undefined
  const digits = /^(?:W\/)?"(\d{1,15})"$/.exec(header.trim())?.[1]
  if (digits === undefined) throw new HttpError(400, 'the precondition is not a version like W/"1"')
  return Number(digits)
}
