// The query of interactions that do not search: what has no meaning there is refused, so that no policy takes it for a condition
// that holds (design, Policies).
import { type Parameters, parametersOf } from '../http/parameters.ts'
import type { Call } from './call.ts'
import { FhirError } from './outcome.ts'

/** Parameters that every interaction understands (R4 http.html#parameters). */
export const PRESENTATION: ReadonlySet<string> = new Set(['_format', '_pretty', '_elements', '_summary'])

/** The presentation parameters of a request. */
export const presentationParameters = ({ query }: Call['fhir']['request']): Parameters['entries'] =>
  query.entries.filter(([name, value]) => PRESENTATION.has(name) && value !== '')

/** The query, in which only `known` and the presentation may stand. Throws FhirError 400. */
export const onlyParameters = ({ fhir }: Call, known: ReadonlySet<string> = new Set()): Parameters => {
  const { query } = fhir.request
  if (query.entries.length === 0) return query
  const unknown = query.names().find((name) => !PRESENTATION.has(name) && !known.has(name))
  if (unknown !== undefined) throw new FhirError('invalid', `the parameter ${unknown} has no meaning here`)
  const repeated = query.repeated()
  if (repeated !== undefined) throw new FhirError('invalid', `${repeated} stands more than once`)
  return parametersOf(query.entries.filter(([, value]) => value !== ''))
}
