// Validators of versions: entity tags like `W/"3"` (RFC 9110 §8.8.3, R4 http.html#versioning) and dates (§5.6.7).
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

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (number: number): string => (number < 10 ? `0${number}` : String(number))

/** An IMF-fixdate, as `toUTCString` writes it for the years that HTTP knows, without its printf. */
export const httpDate = (time: number): string => {
  const at = new Date(time)
  const day = `${DAYS[at.getUTCDay()]}, ${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]} ${String(at.getUTCFullYear()).padStart(4, '0')}`
  return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} GMT`
}
