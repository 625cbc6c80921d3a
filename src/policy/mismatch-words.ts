// A condition that failed, in words for whoever runs the server: what was found, and what the policy asks for.
import type { Mismatch } from './diagnostics.ts'
import { at, isMap, isMissing, pathSegments } from './matcho/value.ts'

const LONGEST = 100

/** JSON text, cut where it is long. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

const found = (value: unknown): string => (isMissing(value) ? 'is missing' : `is ${shown(value)}`)

const WORDS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ['present?', 'must be there'],
  ['nil?', 'must not be there'],
  [null, 'must not be there'],
  ['not-blank?', 'must be a text'],
])

const list = (values: readonly unknown[]): string => values.map(shown).join(', ')

/** What stands at the other end of a `.path`. */
const other = (path: string, request: unknown): string => {
  const value = at(request, pathSegments(path) ?? [])
  return isMissing(value) ? `${path.slice(1)}, which is missing too` : `${path.slice(1)}, which is ${shown(value)}`
}

const SPECIALS: ReadonlyMap<string, (argument: unknown, request: unknown) => string> = new Map([
  ['$enum', (argument: unknown) => (Array.isArray(argument) ? `must be one of ${list(argument)}` : `must be in ${shown(argument)}`)],
  ['$one-of', (argument: unknown) => `must match one of ${Array.isArray(argument) ? list(argument) : shown(argument)}`],
  ['$contains', (argument: unknown) => `must be a list with ${shown(argument)} in it`],
  ['$every', (argument: unknown) => `must be a list of nothing but ${shown(argument)}`],
  ['$not', (argument: unknown) => `must not be ${WORDS.get(argument) === undefined ? shown(argument) : 'there'}`],
  ['$reference', (argument: unknown) => `must be a reference to ${shown(argument)}`],
  ['$present-all', (argument: unknown) => `must be a list with all of ${shown(argument)}`],
  ['$length', (argument: unknown) => `must be a list of ${shown(argument)}`],
])

const wanted = (expected: unknown, request: unknown): string => {
  const word = WORDS.get(expected)
  if (word !== undefined) return word
  if (typeof expected === 'string' && expected.startsWith('#')) return `must match the pattern ${expected.slice(1)}`
  if (typeof expected === 'string' && expected.startsWith('.')) return `must equal ${other(expected, request)}`
  const [key, ...others] = isMap(expected) ? Object.keys(expected) : []
  const special = key !== undefined && others.length === 0 ? SPECIALS.get(key) : undefined
  if (special && isMap(expected) && key !== undefined) return special(expected[key], request)
  return isMap(expected) ? `must have ${shown(expected)}` : `must be ${shown(expected)}`
}

/** `params.patient is "p2", must equal user.fhirUser.id, which is "p1"`. `request`: what the policy saw. */
export const mismatchInWords = ({ expected, but, path }: Mismatch, request: unknown): string => {
  if (path.length === 1 && path[0] === 'search') return `${String(expected)} ${String(but)}`
  return `${path.length === 0 ? 'the request' : path.join('.')} ${found(but)}, ${wanted(expected, request)}`
}

/** What a schema says of a value, in its own words. */
export const schemaMismatchInWords = ({ expected, path }: Mismatch): string =>
  `${path.length === 0 ? 'the request' : path.join('.')} ${String(expected)}`
