// FHIR update (R4 http.html#update), which creates what is absent; and conditional update, whose query says which resource is meant.
import { versionOf } from '../../http/preconditions.ts'
import { ALL } from '../../store/criterion.ts'
import { and } from '../../store/plan.ts'
import type { Call, Handler } from '../call.ts'
import { conditionOf, matchOf } from '../conditional.ts'
import { FhirError } from '../outcome.ts'
import { onlyParameters } from '../parameters.ts'
import { type Permit, permitOf } from '../permit.ts'
import type { FhirResponse } from '../request.ts'
import { bodyId, type Resource } from '../resource.ts'
import { validated } from '../validated.ts'
import { refusalOf, type Write, writeOne } from '../write.ts'
import { answerWritten, creation, submittedResource } from './create.ts'

/** If-Match and If-None-Match of a write (RFC 9110 §13.1): `*` stands for any version. */
export const preconditions = ({ fhir }: Call): { readonly ifMatch?: number; readonly exists?: boolean } => {
  const match = fhir.request.headers.get('if-match')
  const none = fhir.request.headers.get('if-none-match')
  if (none !== undefined && none.trim() !== '*') throw new FhirError('invalid', 'a write understands If-None-Match: * only')
  const version = match === undefined || match.trim() === '*' ? undefined : versionOf(match)
  return {
    ...(version !== undefined && { ifMatch: version }),
    ...(match?.trim() === '*' && { exists: true }),
    ...(none !== undefined && { exists: false }),
  }
}

/** A put of `id`: an existing one must be the principal's to update before and after, a new one its to create. */
export const replacement = (call: Call, permit: Permit, id: string, resource: Resource): Write => {
  const { type = '' } = call.route
  const { ifMatch, exists } = preconditions(call)
  const create = !permit.confined && exists !== true
  const answer = answerWritten(call)
  return {
    type,
    id,
    resource: { ...resource, id },
    terms: { create, replace: exists !== false, ...(ifMatch !== undefined && { ifMatch }) },
    stored: permit.rows(type, 'u'),
    submitted: and(permit.rows(type, 'u'), create ? permit.rows(type, 'c') : ALL),
    rows: permit.rows,
    answer: (outcome) => {
      const precondition = exists !== undefined && (outcome.outcome === 'conflict' || outcome.outcome === 'gone')
      if (precondition || (exists === true && outcome.outcome === 'absent')) throw refusalOf({ outcome: 'version-mismatch' })
      return answer(outcome)
    },
  }
}

export const prepareUpdate = async (call: Call): Promise<Write> => {
  const { id = '' } = call.route
  const parameters = onlyParameters(call)
  const resource = await submittedResource(call)
  if (call.fhir.format === 'fhir' && resource.resourceType !== 'Binary' && bodyId(resource, call) !== id) {
    throw new FhirError('value', 'the id of the body is not that of the URL', { expression: `${String(resource.resourceType)}.id` })
  }
  return replacement(call, await permitOf(call, { parameters, resource }), id, resource)
}

export const update: Handler = async (call) => writeOne(call.deps, await validated(call, await prepareUpdate(call)))

/** None: created, with the body's id; one: replaced; more: 412 (R4 http.html#cond-update). */
export const prepareConditionalUpdate = async (call: Call): Promise<Write | FhirResponse> => {
  const resource = await submittedResource(call)
  const condition = conditionOf(call, call.fhir.request.query)
  const permissions = [...call.route.permissions, 's'] as const
  const permit = await permitOf(call, { parameters: condition.understood(call.fhir.request.query), resource, permissions })
  const { found, where } = await matchOf(call, condition, permit)
  // RFC 9110 §13.1.1: If-Match is false where there is nothing.
  if (!found && call.fhir.request.headers.has('if-match')) throw refusalOf({ outcome: 'version-mismatch' })
  if (!found) return creation(call, permit, resource, { where, found })
  const given = bodyId(resource, call)
  if (given !== undefined && given !== found.id)
    throw new FhirError('value', 'the id of the body is not that of the resource found', { expression: `${found.type}.id` })
  const write = replacement(call, permit, found.id, resource)
  return { ...write, terms: { ...write.terms, create: false }, stored: and(write.stored, where) }
}

export const conditionalUpdate: Handler = async (call) => {
  const prepared = await prepareConditionalUpdate(call)
  return 'status' in prepared ? prepared : writeOne(call.deps, await validated(call, prepared))
}
