// The FHIR function: one request in, one response out (R4 http.html); wire requests and Bundle entries alike.
import { HttpError } from '../http/errors.ts'
import { parseJson, stringifyJson } from '../http/json.ts'
import { etag, versionOf } from '../http/preconditions.ts'
import type { Random } from '../http/runtime.ts'
import { ALL, type Criterion } from '../store/criterion.ts'
import type { Indexed } from '../store/entries.ts'
import { and, authorizeChanges, authorizeRead } from '../store/plan.ts'
import type { Change, ChangeOutcome, Store, StoredResource } from '../store/store.ts'
import type { Decision } from './access.ts'
import type { Configuration } from './configuration.ts'
import { FhirError, outcome } from './outcome.ts'
import type { FhirRequest, FhirResponse } from './request.ts'
import { composeText, type Resource, readResource } from './resource.ts'
import { type Route, routeOf } from './routes.ts'

export interface FhirDependencies {
  readonly definitions: { readonly types: ReadonlySet<string> }
  readonly store: Store
  readonly extract: (resource: Resource) => Indexed
  readonly configuration: Configuration
  readonly random: Random
}

type Permit = Extract<Decision, { permit: true }>
type Call = { readonly fhir: FhirRequest; readonly route: Route; readonly permit: Permit; readonly deps: FhirDependencies }

const PRESENTATION: ReadonlySet<string> = new Set(['_format', '_pretty'])

const headersOf = ({ format }: FhirRequest): Record<string, string> => ({
  'content-type': format === 'fhir' ? 'application/fhir+json; charset=utf-8' : 'application/json; charset=utf-8',
  'cache-control': 'private, no-store',
  vary: 'Authorization',
})

const answer = ({ fhir, deps }: Call, status: number, resource: StoredResource): FhirResponse => {
  const { type, id, version, updated, text = '' } = resource
  const body = deps.configuration.owns(type) ? stringifyJson(deps.configuration.redact(type, Object(parseJson(text)))) : text
  const location = status === 201 ? { location: `${fhir.base}/${type}/${id}/_history/${version}` } : {}
  const headers = { ...headersOf(fhir), etag: etag(version), 'last-modified': new Date(updated).toUTCString(), ...location }
  return { status, headers, body }
}

const read = async (call: Call, id: string): Promise<FhirResponse> => {
  const { type } = call.route
  const found = await call.deps.store.read(authorizeRead({ type, id, where: ALL }, call.permit.rows(type, 'r')))
  if (!found) throw new FhirError('not-found', 'the resource is not here')
  if (found.text === undefined) throw new FhirError('deleted', 'the resource was deleted')
  if (call.fhir.request.headers.get('if-none-match') !== etag(found.version)) return answer(call, 200, found)
  return { status: 304, headers: { ...headersOf(call.fhir), etag: etag(found.version) } }
}

type Bounds = { readonly stored: Criterion; readonly submitted: Criterion }

/** Configuration compiles before it is stored, and is swapped in once it is (configuration.ts). */
const write = async ({ deps }: Call, change: Change, resource: Resource | undefined, bounds: Bounds): Promise<ChangeOutcome> => {
  const { type, id } = change
  const store = async (state: Resource | undefined, indexed: Indexed | undefined): Promise<ChangeOutcome> => {
    const text = state && { compose: (version: number, updated: number) => composeText(state, id, version, updated) }
    const [result] = await deps.store.write(authorizeChanges([{ ...change, ...text, ...(indexed && { indexed }) }], () => bounds))
    if (!result) throw new Error('the store answered no outcome')
    return result
  }
  if (!deps.configuration.owns(type)) return store(resource, resource && deps.extract(resource))
  const prepared = await deps.configuration.prepare([{ type, id, resource }])
  if (!prepared.ok) {
    const why = prepared.issues.map(({ message }) => message).join('; ')
    throw new FhirError('processing', why, { status: prepared.status })
  }
  let written = false
  try {
    const [state] = prepared.resources
    const result = await store(state, state && deps.configuration.index(state))
    written = 'resource' in result || result.outcome === 'deleted'
    return result
  } finally {
    if (written) prepared.commit()
    else prepared.abandon()
  }
}

const refusal = (result: ChangeOutcome): FhirError => {
  if (result.outcome === 'conflict') return new FhirError('duplicate', 'a resource of this id exists')
  if (result.outcome === 'version-mismatch') return new FhirError('conflict', 'the resource has another version', { status: 412 })
  if (result.outcome === 'refused') return new FhirError('forbidden', 'Forbidden')
  return new FhirError('not-found', 'the resource is not here')
}

const put = async (call: Call, id: string, resource: Resource, terms: Pick<Change, 'create' | 'replace'>): Promise<FhirResponse> => {
  const { type } = call.route
  const { rows } = call.permit
  const stored = terms.replace ? rows(type, 'u') : ALL
  const submitted = and(terms.replace ? rows(type, 'u') : ALL, terms.create ? rows(type, 'c') : ALL)
  const ifMatch = versionOf(call.fhir.request.headers.get('if-match'))
  const change: Change = { type, id, action: 'put', stored: ALL, submitted: ALL, ...terms, ...(ifMatch !== undefined && { ifMatch }) }
  const result = await write(call, change, { ...resource, id }, { stored, submitted })
  if (!('resource' in result)) throw refusal(result)
  return answer(call, result.outcome === 'created' ? 201 : 200, result.resource)
}

const uuid = ({ random }: FhirDependencies): string => {
  const bytes = random.bytes(16)
  const hex = Buffer.from(bytes.map((byte, at) => (at === 6 ? (byte & 15) | 64 : at === 8 ? (byte & 63) | 128 : byte))).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const bodyId = (resource: Resource): string | undefined => {
  if (resource.id === undefined) return undefined
  if (typeof resource.id !== 'string' || !/^[A-Za-z0-9\-.]{1,64}$/.test(resource.id)) throw new FhirError('value', 'the id is not valid')
  return resource.id
}

const remove = async (call: Call, id: string): Promise<FhirResponse> => {
  const { type } = call.route
  const ifMatch = versionOf(call.fhir.request.headers.get('if-match'))
  const terms = { create: false, replace: true, stored: ALL, submitted: ALL, ...(ifMatch !== undefined && { ifMatch }) }
  const bounds = { stored: call.permit.rows(type, 'd'), submitted: ALL }
  const result = await write(call, { type, id, action: 'delete', ...terms }, undefined, bounds)
  const nothing = result.outcome === 'gone' || result.outcome === 'absent'
  if (result.outcome !== 'deleted' && (!nothing || call.permit.confined)) throw refusal(result)
  return { status: 204, headers: headersOf(call.fhir) }
}

const update = (call: Call, id: string, resource: Resource): Promise<FhirResponse> => {
  if (call.fhir.format === 'fhir' && bodyId(resource) !== id) throw new FhirError('value', 'the id of the body is not that of the URL')
  return put(call, id, resource, { create: !call.permit.confined, replace: true })
}

/** Asks the policies and scopes; a refusal is thrown, with its challenge (RFC 6750 §3). */
const permitOf = async ({ request, authorize }: FhirRequest, route: Route, resource: Resource | undefined): Promise<Permit> => {
  const { id, type, interaction, operation, permissions } = route
  const params = { 'resource/type': type, ...(id !== undefined && { 'resource/id': id, id }) }
  const optional = { ...(id !== undefined && { id }), ...(resource && { resource }) }
  const decision = await authorize({ request, interaction, operation, permissions, type, params, ...optional })
  if (decision.permit) return decision
  if (decision.status === 401) throw new FhirError('login', 'Unauthorized', { headers: { 'www-authenticate': 'Bearer' } })
  const challenge: Record<string, string> = decision.insufficientScope ? { 'www-authenticate': 'Bearer error="insufficient_scope"' } : {}
  throw new FhirError('forbidden', 'Forbidden', { headers: challenge })
}

const serve = async (fhir: FhirRequest, deps: FhirDependencies): Promise<FhirResponse> => {
  const { request, format } = fhir
  const serves = (type: string): boolean => deps.definitions.types.has(type) || deps.configuration.owns(type)
  const route = routeOf(request.method, fhir.segments, format, serves)
  const unknown = request.query.names().find((name) => !PRESENTATION.has(name))
  if (unknown !== undefined) throw new FhirError('invalid', `the parameter ${unknown} has no meaning here`)
  if (/xml/i.test(request.query.get('_format') ?? '')) throw new FhirError('not-supported', 'XML is not served', { status: 406 })
  const { interaction, type, id } = route
  const writes = interaction === 'create' || interaction === 'update'
  const resource = writes ? await readResource(request, type) : undefined
  if (request.headers.has('if-none-exist')) throw new FhirError('not-supported', 'conditional create is not served', { status: 400 })
  const decision = await permitOf(fhir, route, resource)
  const call: Call = { fhir, route, permit: decision, deps }
  if (id === undefined) {
    const given = resource && !decision.confined ? bodyId(resource) : undefined
    return put(call, given ?? uuid(deps), resource ?? {}, { create: true, replace: false })
  }
  if (resource) return update(call, id, resource)
  return interaction === 'delete' ? remove(call, id) : read(call, id)
}

/** The FHIR API as one function; bad input answers an OperationOutcome, an unknown error rejects. */
export const createFhirApi =
  (deps: FhirDependencies) =>
  async (fhir: FhirRequest): Promise<FhirResponse> => {
    try {
      return await serve(fhir, deps)
    } catch (error) {
      if (error instanceof HttpError) {
        const code = error.status === 413 ? 'too-long' : 'invalid'
        return { status: error.status, headers: { ...headersOf(fhir), ...error.headers }, body: outcome(code, error.message) }
      }
      if (!(error instanceof FhirError)) throw error
      const body = outcome(error.code, error.message, error.expression)
      return { status: error.status, headers: { ...headersOf(fhir), ...error.headers }, body }
    }
  }
