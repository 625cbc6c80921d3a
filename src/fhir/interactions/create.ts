// FHIR create (R4 http.html#create). A confined token names no ids: what it could not see, it must not learn of by a conflict.
import { ALL } from '../../store/criterion.ts'
import type { ChangeOutcome, StoredResource } from '../../store/store.ts'
import { binaryBody } from '../binary.ts'
import type { Call, Handler } from '../call.ts'
import { conditionOf, type Match, matchOf } from '../conditional.ts'
import { outcomeOf } from '../outcome.ts'
import { onlyParameters } from '../parameters.ts'
import { type Permit, permitOf } from '../permit.ts'
import { preferredReturn } from '../prefer.ts'
import type { FhirResponse } from '../request.ts'
import { bodyId, newId, type Resource, readResource } from '../resource.ts'
import { shown, versionHeaders } from '../shown.ts'
import { validated } from '../validated.ts'
import { refusalOf, type Write, writeOne } from '../write.ts'

/** What a write answers: the resource, nothing or an OperationOutcome, as preferred (R4 http.html#ops). */
export const written = (call: Call, status: number, resource: StoredResource): FhirResponse => {
  const location = `${call.fhir.base}/${resource.type}/${resource.id}/_history/${resource.version}`
  const headers = { ...versionHeaders(resource), ...(status === 201 && { location, 'content-location': location }) }
  const preferred = preferredReturn(call.fhir.request.headers)
  if (preferred === 'minimal') return { status, headers }
  if (preferred === 'representation') return { ...shown(call, status, resource), headers }
  const diagnostics = status === 201 ? 'the resource was created' : 'the resource was stored'
  return { status, headers, body: outcomeOf('informational', [{ severity: 'information', code: 'informational', diagnostics }]) }
}

/** The answer to an outcome that stored something; throws for the others. */
export const answerWritten =
  (call: Call) =>
  (outcome: ChangeOutcome): FhirResponse => {
    if (!('resource' in outcome)) throw refusalOf(outcome)
    return written(call, outcome.outcome === 'created' ? 201 : 200, outcome.resource)
  }

/** A create of `resource`, or the resource that its condition found. */
export const creation = (call: Call, permit: Permit, resource: Resource, match?: Match): Write => {
  const { type = '' } = call.route
  const given = permit.confined ? undefined : bodyId(resource, call)
  const id = call.fhir.entry?.id ?? given ?? newId(call.deps.random)
  return {
    type,
    id,
    resource: { ...resource, id },
    terms: { create: true, replace: false, ...(match && { ifNoneExist: match.where }) },
    stored: ALL,
    submitted: permit.rows(type, 'c'),
    rows: permit.rows,
    answer: answerWritten(call),
  }
}

/** The body as a resource of the route's type, in FHIR's form. */
export const submittedResource = async (call: Call): Promise<Resource> => (await binaryBody(call)) ?? (await readResource(call))

/** The create as a write, or its answer where a condition found a resource already. */
export const prepareCreate = async (call: Call): Promise<Write | FhirResponse> => {
  const { headers } = call.fhir.request
  const parameters = onlyParameters(call)
  const resource = await submittedResource(call)
  const query = headers.get('if-none-exist')
  if (query === undefined) return creation(call, await permitOf(call, { parameters, resource }), resource)
  const condition = conditionOf(call, query)
  const permissions = [...call.route.permissions, 's'] as const
  const operation = call.route.operation.replace('Create', 'ConditionalCreate')
  const permit = await permitOf(call, { parameters: condition.understood(parameters), resource, permissions, operation })
  const match = await matchOf(call, condition, permit)
  return match.found ? written(call, 200, match.found) : creation(call, permit, resource, match)
}

export const create: Handler = async (call) => {
  const prepared = await prepareCreate(call)
  return 'status' in prepared ? prepared : writeOne(call.deps, await validated(call, prepared))
}
