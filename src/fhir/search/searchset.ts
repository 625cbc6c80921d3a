// The answer of a search (R4 bundle.html#searchset): the stored texts are put together as they are, neither parsed nor written anew.
import { formatParameters } from '../../http/parameters.ts'
import type { Assembly, SearchPage } from '../../store/store.ts'

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
}

type Row = SearchPage['matches'][number]

/** What stands in JSON as it is. */
const PLAIN = /^[\w\-.]+$/

/** What stands around an entry's id and body, with a link to itself, as Aidbox answers (seeds 000 and 004). */
const around = (base: string, type: string, mode: 'match' | 'include'): Assembly => {
  const url = `"${JSON.stringify(base).slice(1, -1)}/${type}/`
  return [`{"fullUrl":${url}`, '","resource":', `,"search":{"mode":"${mode}"},"link":[{"relation":"self","url":${url}`, '"}]}']
}

/** How the store puts the matches of a type together: as entries, with commas between. */
export const assemblyOf = (base: string, type: string): Assembly => around(base, type, 'match')

const entryText = ([start, middle, after, end]: Assembly, { id, text }: Row): string => {
  const name = PLAIN.test(id) ? id : JSON.stringify(id).slice(1, -1)
  return `${start}${name}${middle}${text}${after}${name}${end}`
}

const entriesText = (base: string, rows: SearchPage['matches'], mode: 'match' | 'include', before: string): string => {
  let entries = before
  let known: { readonly type: string; readonly parts: Assembly } | undefined
  // Added on rather than joined: the text is put together once, when it is sent.
  for (const row of rows) {
    if (known?.type !== row.type) known = { type: row.type, parts: around(base, row.type, mode) }
    entries += `${entries && ','}${entryText(known.parts, row)}`
  }
  return entries
}

const link = (relation: string, { base, path }: SearchsetInput, parameters: ReadonlyArray<readonly [string, string]>): string => {
  const query = formatParameters(parameters)
  const url = `${base}${path && '/'}${path}${query && '?'}${query}`
  return `{"relation":"${relation}","url":${JSON.stringify(url)}}`
}

/** What stands before the entries, up to their list. */
const head = (input: SearchsetInput): string => {
  const { page, self, next } = input
  const links = [link('self', input, self)]
  if (next !== undefined) links.push(link('next', input, [...self, ['_cursor', next]]))
  const total = page.total === undefined ? '' : `,"total":${page.total}`
  return `{"resourceType":"Bundle","type":"searchset"${total},"link":[${links.join(',')}]`
}

/** The text of the searchset Bundle. */
export const searchset = (input: SearchsetInput): string => {
  const { base, page } = input
  const entries = entriesText(base, page.included, 'include', entriesText(base, page.matches, 'match', ''))
  return `${head(input)}${entries && `,"entry":[${entries}]`}}`
}

/** Its bytes, around the matches that the store has put together. */
export const assembledSearchset = (input: SearchsetInput, matches: Uint8Array): Uint8Array<ArrayBuffer> =>
  Buffer.concat([Buffer.from(`${head(input)},"entry":[`), matches, Buffer.from(']}')])
