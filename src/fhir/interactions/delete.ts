// FHIR delete (R4 http.html#delete), also by a condition. Deleting what is not there is done already, but for a confined token, whose
// every unknown id answers alike.
import { versionOf } from '../../http/preconditions.ts'
import { ALL } from '../../store/criterion.ts'
import { and, authorizeRead } from '../../store/plan.ts'
import type { Call, Handler } from '../call.ts'
import { conditionOf, matchOf } from '../conditional.ts'
import { onlyParameters } from '../parameters.ts'
import { type Permit, permitOf } from '../permit.ts'
import type { FhirResponse } from '../request.ts'
import { refusalOf, type Write, writeOne } from '../write.ts'

const NO_CONTENT: FhirResponse = { status: 204, headers: {} }

const deletion = (call: Call, permit: Permit, id: string): Write => {
  const { type = '' } = call.route
  const match = call.fhir.request.headers.get('if-match')
  const ifMatch = match === undefined || match.trim() === '*' ? undefined : versionOf(match)
  return {
    type,
    id,
    resource: undefined,
    terms: { create: false, replace: true, ...(ifMatch !== undefined && { ifMatch }) },
    stored: permit.rows(type, 'd'),
    submitted: ALL,
    rows: permit.rows,
    answer: (outcome) => {
      const nothing = outcome.outcome === 'gone' || outcome.outcome === 'absent'
      // RFC 9110 §13.1.1: If-Match is false where there is nothing.
      if (nothing && match !== undefined && !permit.confined) throw refusalOf({ outcome: 'version-mismatch' })
      if (outcome.outcome !== 'deleted' && (!nothing || permit.confined)) throw refusalOf(outcome)
      return NO_CONTENT
    },
  }
}

const permitted = (call: Call): Promise<Permit> => permitOf(call, { parameters: onlyParameters(call) })

/** Within a transaction what is absent is no change, which would undo the others. */
export const prepareDelete = async (call: Call): Promise<Write | FhirResponse> => {
  const { type = '', id = '' } = call.route
  const permit = await permitted(call)
  const found = await call.deps.store.read(authorizeRead({ type, id, where: ALL }, permit.rows(type, 'd')))
  const isNothing = found?.text === undefined && !permit.confined && !call.fhir.request.headers.has('if-match')
  return isNothing ? NO_CONTENT : deletion(call, permit, id)
}

export const remove: Handler = async (call) => writeOne(call.deps, deletion(call, await permitted(call), call.route.id ?? ''))

/** None: 204; one: deleted; more: 412. */
export const prepareConditionalDelete = async (call: Call): Promise<Write | FhirResponse> => {
  const condition = conditionOf(call, call.fhir.request.query)
  const permissions = [...call.route.permissions, 's'] as const
  const permit = await permitOf(call, { parameters: condition.understood(call.fhir.request.query), permissions })
  const { found, where } = await matchOf(call, condition, permit, 'd')
  if (!found) return NO_CONTENT
  const write = deletion(call, permit, found.id)
  return { ...write, stored: and(write.stored, where) }
}

export const conditionalDelete: Handler = async (call) => {
  const prepared = await prepareConditionalDelete(call)
  return 'status' in prepared ? prepared : writeOne(call.deps, prepared)
}
