// $docref (US Core OperationDefinition/docref): references to a patient's documents, by type and by the time of the care that they are about.
import { parametersOf } from '../../http/parameters.ts'
import { ALL, type Criterion } from '../../store/criterion.ts'
import { and, or } from '../../store/plan.ts'
import type { Handler } from '../call.ts'
import { searchWithin } from '../interactions/search.ts'
import { FhirError } from '../outcome.ts'
import { intervalOf } from '../search/date.ts'
import { operationParameters } from './input.ts'

const KNOWN: ReadonlySet<string> = new Set(['patient', 'start', 'end', 'type', 'on-demand', 'profile', '_count', '_cursor'])
/** LOINC: summary of episode note, the CCD. */
const CCD = 'http://loinc.org|34133-9'
const PERIOD = 'DocumentReference.period'
const DATE = 'DocumentReference.date'

/** The care was given at such a time; where a document does not say when, its own date counts. */
const careTime = (name: string, text: string | undefined, comparator: 'ge' | 'le'): Criterion => {
  if (text === undefined) return ALL
  const value = intervalOf(text)
  if (!value) throw new FhirError('value', `${name} is a date`)
  return or(
    { kind: 'date', param: PERIOD, comparator, value },
    and({ kind: 'missing', param: PERIOD, missing: true }, { kind: 'date', param: DATE, comparator, value }),
  )
}

export const docref: Handler = async (call) => {
  const { fhir } = call
  const parameters = await operationParameters(call, KNOWN)
  const patient = parameters.get('patient')
  if (patient === undefined) throw new FhirError('invalid', 'a patient is needed')
  if (parameters.has('profile')) throw new FhirError('not-supported', 'documents are not kept by profile here', { status: 400 })
  const [start, end] = [parameters.get('start'), parameters.get('end')]
  const bounds = and(careTime('start', start, 'ge'), careTime('end', end, 'le'))
  const newest = start === undefined && end === undefined
  const query = parametersOf([
    ['patient', patient],
    ['type', parameters.get('type') ?? CCD],
    ['status', 'current'],
    ['_sort', '-date'],
    ...parameters.entries.filter(([name]) => (name === '_count' && !newest) || name === '_cursor'),
    ...(newest ? [['_count', '1'] as const] : []),
  ])
  const own = parameters.entries.filter(([name]) => name === 'start' || name === 'end' || name === 'on-demand')
  const asked = { ...call, fhir: { ...fhir, request: { ...fhir.request, method: 'GET' as const, query } } }
  // Nothing is made on demand here, so a client that wants only such documents gets none.
  const within = parameters.get('on-demand') === 'true' ? or() : bounds
  return searchWithin(asked, { types: ['DocumentReference'], bounds: () => within, path: 'DocumentReference/$docref' }, own)
}
