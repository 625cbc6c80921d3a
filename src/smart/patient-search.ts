// What a person types into the patient picker → FHIR searches for patients (R4 search.html).
import { type Parameters, parametersOf } from '../http/parameters.ts'
import { isId } from './fhir-user.ts'

const DATE = /^\d{4}(-\d{2}(-\d{2})?)?$/
const MAX_WORDS = 8

/** R4 search.html#escaping: what is typed is text, never a list, a composite or a system. */
const escaped = (text: string): string => text.replace(/[\\,|$]/g, (character) => `\\${character}`)

const byText = (typed: string): readonly Parameters[] => {
  if (typed === '') return [parametersOf([])]
  if (DATE.test(typed)) return [parametersOf([['birthdate', typed]]), parametersOf([['identifier', typed]])]
  const words = typed.split(/\s+/).slice(0, MAX_WORDS)
  return [parametersOf(words.map((word): [string, string] => ['name', escaped(word)])), parametersOf([['identifier', escaped(typed)]])]
}

/** The searches whose union answers `query=<text>` (a name, a birth date or an identifier) or `id=<picked>`. */
export const patientSearches = (query: Parameters): readonly Parameters[] => {
  const id = query.get('id')
  if (id !== undefined) return isId(id) ? [parametersOf([['_id', id]])] : []
  return byText((query.get('query') ?? '').trim())
}
