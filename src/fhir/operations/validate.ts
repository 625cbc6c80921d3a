// $validate (R4 resource-operation-validate): of a submitted resource, or of a stored one. The answer is 200 whatever it finds.
import { ALL } from '../../store/criterion.ts'
import { authorizeRead } from '../../store/plan.ts'
import type { Call, Handler } from '../call.ts'
import { danglingIn } from '../integrity/referring.ts'
import { notHere } from '../interactions/read.ts'
import { FhirError, type Issue, outcomeOf } from '../outcome.ts'
import { onlyParameters } from '../parameters.ts'
import { type Permit, permitOf } from '../permit.ts'
import { isRecord, parseStored, type Resource, readBody } from '../resource.ts'

const KNOWN: ReadonlySet<string> = new Set(['profile', 'mode'])
const MODES: ReadonlySet<string> = new Set(['create', 'update', 'delete', 'profile'])

interface Asked {
  readonly resource: Resource | undefined
  readonly profiles: readonly string[]
  readonly mode: string | undefined
}

const inFhir = (call: Call, resource: Resource): Resource => {
  const { formats } = call.deps
  return call.fhir.format === 'aidbox' && formats ? formats.toFhir(resource) : resource
}

const submitted = async (call: Call): Promise<Resource | undefined> => {
  const { request, entry } = call.fhir
  if (request.method !== 'POST') return undefined
  if (!entry && (await request.body()).length === 0) return undefined
  const body = await readBody(call.fhir)
  if (!isRecord(body)) throw new FhirError('structure', 'the body is a resource, or Parameters with one')
  return body
}

/** The body is the resource, or Parameters that hold it; parameters may stand in the query too. */
const askedOf = async (call: Call): Promise<Asked> => {
  const body = await submitted(call)
  const given = body?.resourceType === 'Parameters' && call.route.type !== 'Parameters' ? body.parameter : undefined
  const parameters = (Array.isArray(given) ? given : []).filter(isRecord)
  const text = (name: string) =>
    parameters.flatMap((one) => {
      const value = one.valueCode ?? one.valueUri ?? one.valueCanonical ?? one.valueString
      return one.name === name && typeof value === 'string' ? [value] : []
    })
  const { query } = call.fhir.request
  const nested: unknown = parameters.find(({ name }) => name === 'resource')?.resource
  const resource = given === undefined ? body : isRecord(nested) ? nested : undefined
  return {
    resource: resource && inFhir(call, resource),
    profiles: [...query.getAll('profile'), ...text('profile')],
    mode: query.get('mode') ?? text('mode')[0],
  }
}

const stored = async ({ route, deps }: Call, permit: Permit): Promise<Resource> => {
  const { type = '', id = '' } = route
  const found = await deps.store.read(authorizeRead({ type, id, where: ALL }, permit.rows(type, 'r')))
  if (found?.text === undefined) throw notHere()
  return parseStored(found.text)
}

const modeIssues = ({ route }: Call, { mode, resource }: Asked): readonly Issue[] => {
  if (mode !== 'update' || resource === undefined || route.id === undefined || resource.id === route.id) return []
  return [
    {
      severity: 'error',
      code: 'value',
      diagnostics: `an update's id is that of the URL, ${route.id}`,
      expression: `${String(route.type)}.id`,
    },
  ]
}

export const validate: Handler = async (call) => {
  const { route, deps } = call
  const parameters = onlyParameters(call, KNOWN)
  const asked = await askedOf(call)
  const { mode, profiles } = asked
  if (mode !== undefined && !MODES.has(mode)) throw new FhirError('value', 'mode is create, update, delete or profile')
  const permit = await permitOf(call, { parameters, ...(asked.resource && { resource: asked.resource }) })
  const resource = asked.resource ?? (route.id === undefined ? undefined : await stored(call, permit))
  if (mode === 'delete') return { status: 200, headers: {}, body: outcomeOf('informational', ALL_OK) }
  if (resource === undefined) throw new FhirError('value', 'there is no resource to validate')
  const wrongType: readonly Issue[] =
    resource.resourceType === route.type
      ? []
      : [{ severity: 'error', code: 'structure', diagnostics: `this is no ${String(route.type)}`, expression: 'Resource' }]
  const form = (await deps.validation?.issues(resource, { profiles, thorough: true })) ?? []
  const found = [...form, ...(await danglingIn(call, permit.rows, resource))]
  const issues = [...wrongType, ...modeIssues(call, asked), ...found]
  return { status: 200, headers: {}, body: outcomeOf('validation', issues.length === 0 ? ALL_OK : issues) }
}

const ALL_OK: readonly Issue[] = [{ severity: 'information', code: 'informational', diagnostics: 'nothing was found wrong' }]
