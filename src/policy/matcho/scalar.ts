// Scalar patterns of matcho (aidbox-behaviour §3.5): literals, `#regex`, `.path`, present? nil? not-blank?
import type { Site } from '../diagnostics.ts'
import { DEAR, leaf, type Matcher, never } from './matcher.ts'
import { compileRegex } from './regex.ts'
import { RegexRefused } from './regex-parse.ts'
import { at, equal, isMissing, pathSegments } from './value.ts'

const WORDS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['present?', (value) => !isMissing(value)],
  ['nil?', isMissing],
  ['not-blank?', (value) => typeof value === 'string' && value.trim() !== ''],
])

const regex = (pattern: string, site: Site): Matcher => {
  try {
    const find = compileRegex(pattern.slice(1))
    return leaf(pattern, (value) => typeof value === 'string' && value !== '' && find(value), DEAR)
  } catch (error) {
    if (!(error instanceof RegexRefused)) throw error
    site.error(`the regular expression "${pattern.slice(1)}" is refused: ${error.message}`)
    return never(pattern)
  }
}

/** The segments of a `.path`, or undefined after an error. */
export const compilePath = (pattern: string, site: Site): readonly string[] | undefined => {
  const segments = pathSegments(pattern)
  if (!segments) site.error(`"${pattern}" is not a path: each of its segments needs a name`)
  return segments
}

/** Is the pattern a text that stands for itself. */
export const isLiteral = (pattern: unknown): pattern is string =>
  typeof pattern === 'string' && pattern !== '' && !WORDS.has(pattern) && !pattern.startsWith('#') && !pattern.startsWith('.')

/** Compiles a scalar pattern. A `.path` with a missing side never matches (P-03). */
export const compileScalar = (pattern: unknown, site: Site): Matcher => {
  if (pattern === null) return leaf(pattern, isMissing)
  if (typeof pattern !== 'string') return leaf(pattern, (value) => value === pattern)
  const word = WORDS.get(pattern)
  if (word) return leaf(pattern, word)
  if (pattern.startsWith('#')) return regex(pattern, site)
  if (pattern.startsWith('.')) {
    const segments = compilePath(pattern, site)
    return segments ? leaf(pattern, (value, request) => value !== undefined && equal(value, at(request, segments)), DEAR) : never(pattern)
  }
  if (pattern === '') site.warning('"" never matches, since empty values count as missing; use nil?')
  return leaf(pattern, (value) => pattern !== '' && value === pattern)
}
