// Code systems that are grammars or lists kept elsewhere: what is malformed is no code of them, what is well-formed is known or left open.
import type { Answer } from './value-set.ts'

/** RFC 6838 §4.2 (urn:ietf:bcp:13), with parameters. */
const MEDIA_TYPE = /^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"]*"))*$/
/** R4 capabilitystatement-definitions.html#CapabilityStatement.format: these stand for the encodings of FHIR itself. */
const SIMPLE_FORMATS: ReadonlySet<string> = new Set(['xml', 'json', 'ttl'])
/** RFC 5646 §2.1 (urn:ietf:bcp:47), loosely: subtags of one to eight letters or digits. */
const LANGUAGE = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/
/** UCUM §1: printable ASCII without white space. */
const UNIT = /^[!-~]{1,100}$/
const ISO_4217 = /^[A-Z]{3}$/
const ISO_3166 = /^(?:[A-Z]{2}|[A-Z]{3}|\d{3})$/

const currencies = new Set(Intl.supportedValuesOf('currency'))

const formed =
  (pattern: RegExp, wellFormed: Answer): ((code: string) => Answer) =>
  (code) =>
    pattern.test(code) ? wellFormed : false

/** By system. A media type is a code as soon as it is well-formed (R4 valueset-mimetypes: "any"). */
export const GRAMMARS: ReadonlyMap<string, (code: string) => Answer> = new Map<string, (code: string) => Answer>([
  ['urn:ietf:bcp:13', (code) => SIMPLE_FORMATS.has(code) || formed(MEDIA_TYPE, true)(code)],
  ['urn:ietf:bcp:47', formed(LANGUAGE, 'unknown')],
  ['http://unitsofmeasure.org', formed(UNIT, 'unknown')],
  ['urn:iso:std:iso:4217', (code) => (currencies.has(code) ? true : formed(ISO_4217, 'unknown')(code))],
  ['urn:iso:std:iso:3166', formed(ISO_3166, 'unknown')],
])
