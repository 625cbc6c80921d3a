// The answer of a search (R4 bundle.html#searchset): the stored texts are put together as they are, neither parsed nor written anew.
import { formatParameters } from '../../http/parameters.ts'
import type { SearchPage } from '../../store/store.ts'

export interface SearchsetInput {
  /** Our own absolute FHIR base. */
  readonly base: string
  /** Below the base: `Patient`, `` for the system, `Patient/p1/Observation`. */
  readonly path: string
  readonly page: SearchPage
  /** What was understood, in order (ParsedSearch.self). */
  readonly self: ReadonlyArray<readonly [name: string, value: string]>
  /** The sealed cursor of the next page. */
  readonly next?: string
  /** An OperationOutcome as text, as a last entry. */
  readonly outcome?: string
}

type Row = SearchPage['matches'][number]

/** What stands in JSON as it is. */
const PLAIN = /^[\w\-.]+$/

/** With a link to itself, as Aidbox answers (seeds 000 and 004). `start` is the base as JSON, without the quotation mark that ends it. */
const entryText = (start: string, { type, id, text }: Row, mode: 'match' | 'include'): string => {
  const url = `${start}/${type}/${PLAIN.test(id) ? id : JSON.stringify(id).slice(1, -1)}"`
  return `{"fullUrl":${url},"resource":${text},"search":{"mode":"${mode}"},"link":[{"relation":"self","url":${url}}]}`
}

const link = (relation: string, { base, path }: SearchsetInput, parameters: ReadonlyArray<readonly [string, string]>): string => {
  const query = formatParameters(parameters)
  const url = `${base}${path && '/'}${path}${query && '?'}${query}`
  return `{"relation":"${relation}","url":${JSON.stringify(url)}}`
}

/** The text of the searchset Bundle. */
export const searchset = (input: SearchsetInput): string => {
  const { base, page, self, next, outcome } = input
  const links = [link('self', input, self)]
  if (next !== undefined) links.push(link('next', input, [...self, ['_cursor', next]]))
  const start = JSON.stringify(base).slice(0, -1)
  // Added on rather than joined: the text is put together once, when it is sent.
  let entries = ''
  for (const row of page.matches) entries += `${entries && ','}${entryText(start, row, 'match')}`
  for (const row of page.included) entries += `${entries && ','}${entryText(start, row, 'include')}`
  if (outcome !== undefined) entries += `${entries && ','}{"resource":${outcome},"search":{"mode":"outcome"}}`
  const total = page.total === undefined ? '' : `,"total":${page.total}`
  const entry = entries && `,"entry":[${entries}]`
  return `{"resourceType":"Bundle","type":"searchset"${total},"link":[${links.join(',')}]${entry}}`
}
