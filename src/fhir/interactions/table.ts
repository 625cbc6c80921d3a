// The interactions of the FHIR API (R4 http.html), as one table: method and path → what it is called, needs and does.
import type { Call, FhirDependencies, Handler } from '../call.ts'
import type { Operation } from '../capabilities/statement.ts'
import { isForm, withForm } from '../form.ts'
import { docref } from '../operations/docref.ts'
import { everything } from '../operations/everything.ts'
import { expand } from '../operations/expand.ts'
import { lastn } from '../operations/lastn.ts'
import { lookup, subsumes } from '../operations/lookup.ts'
import { meta, metaAdd, metaDelete } from '../operations/meta.ts'
import { packageInstall } from '../operations/package-install.ts'
import { validate } from '../operations/validate.ts'
import { validateCodeInCodeSystem, validateCodeInValueSet } from '../operations/validate-code.ts'
import { FhirError } from '../outcome.ts'
import type { FhirRequest, FhirResponse } from '../request.ts'
import { type Row, routeOf, routesOf } from '../routes.ts'
import { validated } from '../validated.ts'
import type { Write } from '../write.ts'
import { batchOf } from './batch.ts'
import { capabilitiesOf } from './capabilities.ts'
import { create, prepareCreate } from './create.ts'
import { conditionalDelete, prepareConditionalDelete, prepareDelete, remove } from './delete.ts'
import { history } from './history.ts'
import { conditionalPatch, patch, prepareConditionalPatch, preparePatch } from './patch.ts'
import { read } from './read.ts'
import { searchCompartment, searchSystem, searchType } from './search.ts'
import { conditionalUpdate, prepareConditionalUpdate, prepareUpdate, update } from './update.ts'
import { vread } from './vread.ts'

const row = (
  method: Row<Handler>['method'],
  pattern: string,
  interaction: string,
  operation: string,
  permissions: Row<Handler>['permissions'],
  handler: Handler,
): Row<Handler> => ({ method, pattern, interaction, operation, permissions, handler })

/** What a transaction calls in place of the handler, to store all writes together. */
const PREPARED: ReadonlyMap<Handler, (call: Call) => Promise<Write | FhirResponse>> = new Map<
  Handler,
  (call: Call) => Promise<Write | FhirResponse>
>([
  [create, prepareCreate],
  [update, prepareUpdate],
  [conditionalUpdate, prepareConditionalUpdate],
  [patch, preparePatch],
  [conditionalPatch, prepareConditionalPatch],
  [remove, prepareDelete],
  [conditionalDelete, prepareConditionalDelete],
])

const matched = (fhir: FhirRequest, deps: FhirDependencies): { readonly handler: Handler; readonly call: Call } => {
  const { request, segments, format } = fhir
  const serves = (type: string): boolean => deps.definitions.types.has(type) || deps.configuration.owns(type)
  const { owns } = deps.configuration
  const { row, route } = routeOf({ method: request.method, segments, format, serves, owns, routes: ROUTES })
  return { handler: row.handler, call: { fhir, route, deps } }
}

/** The answer in FHIR JSON; throws what failure.ts knows. */
export const serve = (fhir: FhirRequest, deps: FhirDependencies): Promise<FhirResponse> => {
  const { handler, call } = matched(fhir, deps)
  return handler(call)
}

const prepare = async (fhir: FhirRequest, deps: FhirDependencies): Promise<Write | FhirResponse> => {
  const { handler, call } = matched(fhir, deps)
  const prepared = PREPARED.get(handler)
  if (!prepared) throw new FhirError('not-supported', 'this cannot be part of a transaction', { status: 400 })
  const write = await prepared(call)
  return 'status' in write ? write : validated(call, write)
}

const batch = batchOf(({ deps }) => ({
  serve: async (request) => serve(isForm(request) ? await withForm(request) : request, deps),
  prepare: async (request) => prepare(request, deps),
}))

/** The row names the type itself, which then is the route's. */
const onType =
  (type: string, handler: Handler): Handler =>
  (call) =>
    handler({ ...call, route: { ...call.route, type } })

/** Operations on a type and on its instances, by GET and by POST. */
const TERMINOLOGY = (
  [
    ['ValueSet', 'expand', 'ValueSetExpand', expand],
    ['ValueSet', 'validate-code', 'ValueSetValidateCode', validateCodeInValueSet],
    ['CodeSystem', 'validate-code', 'CodeSystemValidateCode', validateCodeInCodeSystem],
    ['CodeSystem', 'lookup', 'CodeSystemLookup', lookup],
    ['CodeSystem', 'subsumes', 'CodeSystemSubsumes', subsumes],
  ] as const
).flatMap(([type, name, operation, handler]) =>
  [`${type}/$${name}`, `${type}/:id/$${name}`].flatMap((pattern) =>
    (['GET', 'POST'] as const).map((method) => row(method, pattern, `$${name}`, operation, ['r'], onType(type, handler))),
  ),
)

/** What the CapabilityStatement lists as operations. */
const OPERATIONS: ReadonlyArray<Operation> = [
  { name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything', types: ['Patient'] },
  { name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Encounter-everything', types: ['Encounter'] },
  { name: 'lastn', definition: 'http://hl7.org/fhir/OperationDefinition/Observation-lastn', types: ['Observation'] },
  { name: 'docref', definition: 'http://hl7.org/fhir/us/core/OperationDefinition/docref', types: ['DocumentReference'] },
  { name: 'expand', definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-expand', types: ['ValueSet'] },
  { name: 'validate-code', definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code', types: ['ValueSet'] },
  { name: 'validate-code', definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code', types: ['CodeSystem'] },
  { name: 'lookup', definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup', types: ['CodeSystem'] },
  { name: 'subsumes', definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes', types: ['CodeSystem'] },
]

/** Searches of several types are bounded by the principal's rows of each; their row asks for nothing. */
export const INTERACTIONS: ReadonlyArray<Row<Handler>> = [
  row(
    'GET',
    'metadata',
    'capabilities',
    'Metadata',
    [],
    capabilitiesOf(() => INTERACTIONS, OPERATIONS),
  ),
  row('POST', '', 'transaction', 'Transaction', [], batch),
  row('GET', '', 'search-system', 'Search', [], searchSystem),
  row('POST', '_search', 'search-system', 'Search', [], searchSystem),
  row('GET', '_history', 'history-system', 'History', [], history),
  row('GET', ':type', 'search-type', 'Search', ['s'], searchType),
  row('POST', ':type/_search', 'search-type', 'Search', ['s'], searchType),
  row('POST', ':type', 'create', 'Create', ['c'], create),
  row('PUT', ':type', 'update', 'ConditionalUpdate', ['u', 'c'], conditionalUpdate),
  row('PATCH', ':type', 'patch', 'ConditionalPatch', ['u'], conditionalPatch),
  row('DELETE', ':type', 'delete', 'ConditionalDelete', ['d'], conditionalDelete),
  row('GET', ':type/_history', 'history-type', 'History', ['r'], history),
  row('GET', ':type/:id', 'read', 'Read', ['r'], read),
  row('PUT', ':type/:id', 'update', 'Update', ['u', 'c'], update),
  row('PATCH', ':type/:id', 'patch', 'Patch', ['u'], patch),
  row('DELETE', ':type/:id', 'delete', 'Delete', ['d'], remove),
  row('GET', ':type/:id/_history', 'history-instance', 'History', ['r'], history),
  row('GET', ':type/:id/_history/:vid', 'vread', 'VRead', ['r'], vread),
  row('GET', 'Patient/:id/$everything', '$everything', 'PatientEverything', ['r'], onType('Patient', everything)),
  row('GET', 'Encounter/:id/$everything', '$everything', 'EncounterEverything', ['r'], onType('Encounter', everything)),
  row('POST', 'Patient/:id/$everything', '$everything', 'PatientEverything', ['r'], onType('Patient', everything)),
  row('POST', 'Encounter/:id/$everything', '$everything', 'EncounterEverything', ['r'], onType('Encounter', everything)),
  row('GET', ':type/:id/$validate', '$validate', 'Validate', ['r'], validate),
  row('POST', ':type/:id/$validate', '$validate', 'Validate', ['r'], validate),
  row('POST', ':type/$validate', '$validate', 'Validate', ['r'], validate),
  row('GET', 'Observation/$lastn', '$lastn', 'ObservationLastn', ['s'], onType('Observation', lastn)),
  row('POST', 'Observation/$lastn', '$lastn', 'ObservationLastn', ['s'], onType('Observation', lastn)),
  row('GET', 'DocumentReference/$docref', '$docref', 'DocumentReferenceDocref', ['s'], onType('DocumentReference', docref)),
  row('POST', 'DocumentReference/$docref', '$docref', 'DocumentReferenceDocref', ['s'], onType('DocumentReference', docref)),
  ...TERMINOLOGY,
  row('POST', '$fhir-package-install', '$fhir-package-install', 'PackageInstall', ['c', 'u'], packageInstall),
  row('GET', ':type/:id/$meta', '$meta', 'Meta', ['r'], meta),
  row('POST', ':type/:id/$meta-add', '$meta-add', 'MetaAdd', ['u'], metaAdd),
  row('POST', ':type/:id/$meta-delete', '$meta-delete', 'MetaDelete', ['u'], metaDelete),
  row('GET', ':type/:id/:target', 'search-compartment', 'CompartmentSearch', ['s'], searchCompartment),
  row('POST', ':type/:id/:target/_search', 'search-compartment', 'CompartmentSearch', ['s'], searchCompartment),
]

const ROUTES = routesOf(INTERACTIONS)
