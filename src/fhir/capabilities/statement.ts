// The CapabilityStatement (R4 capabilitystatement.html), computed from the definitions and the interactions' table, so that it cannot
// disagree with what is served.
import type { FhirDependencies } from '../call.ts'
import type { SearchParameter } from '../definitions/definitions.ts'
import type { Row } from '../routes.ts'
import type { CapabilityFacts } from './facts.ts'

type Rows = ReadonlyArray<Row<unknown>>

export interface Operation {
  /** Without `$`. */
  readonly name: string
  readonly definition: string
  /** Empty: of the system. */
  readonly types: readonly string[]
}

const OAUTH_URIS = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris'

const security = ({ oauth }: CapabilityFacts) => ({
  cors: true,
  service: [
    {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR', display: 'SMART-on-FHIR' },
      ],
      text: 'OAuth2 using SMART-on-FHIR profile (see http://docs.smarthealthit.org)',
    },
  ],
  extension: [{ url: OAUTH_URIS, extension: Object.entries(oauth).map(([url, valueUri]) => ({ url, valueUri })) }],
})

const isServed = ({ type, expression, code, pending }: SearchParameter): boolean =>
  type !== 'special' && !pending && (expression !== '' || code === '_id' || code === '_lastUpdated')

const INSTANCE_CODES: ReadonlySet<string> = new Set(['read', 'vread', 'update', 'patch', 'delete', 'history-instance'])
const TYPE_CODES: ReadonlySet<string> = new Set(['history-type', 'create', 'search-type'])
const SYSTEM_CODES: ReadonlySet<string> = new Set(['transaction', 'search-system', 'history-system'])

const codesIn = (rows: Rows, wanted: (code: string) => boolean) =>
  [...new Set(rows.map(({ interaction }) => interaction))].filter(wanted).map((code) => ({ code }))

/** For each type, the references of other types that may point at it: `_revinclude` values. */
const reverseIncludes = ({ definitions }: FhirDependencies): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>()
  for (const type of definitions.types) {
    for (const { type: kind, code, target } of definitions.searchParameters(type).values()) {
      if (kind !== 'reference') continue
      for (const one of target) found.set(one, [...(found.get(one) ?? []), `${type}:${code}`])
    }
  }
  return found
}

interface Input {
  readonly deps: FhirDependencies
  readonly rows: Rows
  readonly operations: readonly Operation[]
  readonly base: string
}

const resourceOf = ({ deps, rows, operations }: Input, type: string, reverse: ReadonlyMap<string, readonly string[]>) => {
  const parameters = [...deps.definitions.searchParameters(type).values()].filter(isServed)
  const profiles = deps.capability.profiles?.get(type) ?? []
  const own = operations.filter(({ types }) => types.includes(type))
  const revincludes = reverse.get(type) ?? []
  const has = (interaction: string, operation: string): boolean =>
    rows.some((row) => row.interaction === interaction && row.operation === operation)
  return {
    type,
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    ...(profiles.length > 0 && { supportedProfile: profiles }),
    interaction: codesIn(rows, (code) => INSTANCE_CODES.has(code) || TYPE_CODES.has(code)),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: has('create', 'Create'),
    conditionalRead: 'full-support',
    conditionalUpdate: has('update', 'ConditionalUpdate'),
    conditionalDelete: has('delete', 'ConditionalDelete') ? 'single' : 'not-supported',
    referencePolicy: ['literal', 'logical'],
    searchInclude: ['*', ...parameters.filter((one) => one.type === 'reference').map(({ code }) => `${type}:${code}`)],
    ...(revincludes.length > 0 && { searchRevInclude: revincludes }),
    searchParam: parameters.map(({ code, url, type: kind }) => ({ name: code, definition: url, type: kind })),
    ...(own.length > 0 && { operation: own.map(({ name, definition }) => ({ name, definition })) }),
  }
}

/** The statement for one base. */
export const capabilityStatement = (input: Input): Record<string, unknown> => {
  const { deps, rows, operations, base } = input
  const { capability, definitions } = deps
  const reverse = reverseIncludes(deps)
  const ofSystem = operations.filter(({ types }) => types.length === 0)
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: capability.date,
    kind: 'instance',
    ...(capability.instantiates && { instantiates: capability.instantiates }),
    software: capability.software,
    implementation: { description: `${capability.software.name} at ${base}`, url: base },
    fhirVersion: '4.0.1',
    // text/yaml is understood too, and not a registered media type (RFC 9512), as `format` asks for.
    format: ['application/fhir+json', 'json', 'application/yaml'],
    patchFormat: ['application/json-patch+json', 'application/merge-patch+json', 'application/fhir+json'],
    ...(capability.implementationGuides && { implementationGuide: capability.implementationGuides }),
    rest: [
      {
        mode: 'server',
        security: security(capability),
        resource: [...definitions.types].map((type) => resourceOf(input, type, reverse)),
        interaction: [...codesIn(rows, (code) => SYSTEM_CODES.has(code)), { code: 'batch' }],
        ...(ofSystem.length > 0 && { operation: ofSystem.map(({ name, definition }) => ({ name, definition })) }),
      },
    ],
  }
}
