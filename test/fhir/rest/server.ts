// The FHIR API over the real store and the real extractor; who asks is what the test says.
import type { AccessRequest, Authorize, Permission } from '../../../src/fhir/access.ts'
import { createFhirApi } from '../../../src/fhir/api.ts'
import type { FhirDependencies } from '../../../src/fhir/call.ts'
import { openCanonicals } from '../../../src/fhir/canonical-store.ts'
import type { Configuration } from '../../../src/fhir/configuration.ts'
import { compartmentKind } from '../../../src/fhir/definitions/compartment.ts'
import { loadDefinitions } from '../../../src/fhir/definitions/definitions.ts'
import type { Format } from '../../../src/fhir/request.ts'
import { createExtractor } from '../../../src/fhir/search/extract.ts'
import { parseParameters } from '../../../src/http/parameters.ts'
import type { Method } from '../../../src/http/request.ts'
import { ALL, type Criterion, NOTHING } from '../../../src/store/criterion.ts'
import { openStore } from '../../../src/store/sqlite/open.ts'

export const BASE = 'https://box.example/fhir'
export const definitions = loadDefinitions()

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, which fail where a member is not there
export type Json = any

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly json: Json
}

export type Ask = (
  method: Method,
  path: string,
  options?: {
    readonly body?: unknown
    readonly headers?: Readonly<Record<string, string>>
    readonly as?: Authorize
    readonly format?: Format
  },
) => Promise<Answer>

const noConfiguration: Configuration = {
  owns: () => false,
  isPerson: () => false,
  personsOf: async () => [],
  compiles: () => false,
  prepare: async () => ({ ok: true, resources: [], commit: async () => {}, abandon: () => {} }),
  redact: (_type, resource) => resource,
  index: () => ({ entries: [], compartments: [], date: 0 }),
}

/** Everyone may do everything. */
export const anyone: Authorize = async () => ({ permit: true, rows: () => ALL, confined: false })

/** A token for one patient's compartment, with these permissions on these types. */
export const patientToken =
  (patient: string, permissions = 'cruds', types?: readonly string[]): Authorize =>
  async (access: AccessRequest) => {
    const covers = (type: string, permission: Permission) => permissions.includes(permission) && (types?.includes(type) ?? true)
    const rows = (type: string, permission: Permission): Criterion => {
      if (!covers(type, permission)) return NOTHING
      const kind = compartmentKind(definitions, type)
      if (kind === 'member') return { kind: 'compartment', patients: [patient] }
      return kind === 'shared' && 'rs'.includes(permission) ? ALL : NOTHING
    }
    const covered = access.permissions.every((permission) => access.type !== undefined && covers(access.type, permission))
    return covered ? { permit: true, rows, confined: true } : { permit: false, status: 403, reason: 'scope', insufficientScope: true }
  }

export const createServer = async (overrides: Partial<FhirDependencies> = {}) => {
  const clock = { time: Date.UTC(2026, 0, 1), now: () => clock.time++ }
  let seed = 0
  const random = { bytes: (length: number) => Uint8Array.from({ length }, (_, at) => (at < 4 ? seed++ : at) & 255) }
  const { store, canonicals } = await openCanonicals(await openStore({ file: ':memory:', clock }))
  const api = createFhirApi({
    definitions,
    store,
    extract: createExtractor(definitions, { base: BASE }),
    configuration: noConfiguration,
    canonicals,
    bases: [BASE],
    random,
    clock,
    cursorKey: new Uint8Array(32),
    capability: {
      software: { name: 'Emberbox', version: '0' },
      date: '2026-01-01T00:00:00Z',
      oauth: { authorize: 'https://box.example/auth/authorize', token: 'https://box.example/auth/token' },
    },
    ...overrides,
  })
  const ask: Ask = async (method, target, { body, headers = {}, as = anyone, format = 'fhir' } = {}) => {
    const [path = '', queryString = ''] = target.split('?')
    const segments = path.split('/').filter((segment) => segment !== '')
    const bytes = typeof body === 'string' || body === undefined ? new TextEncoder().encode(body) : body
    const response = await api({
      request: {
        id: 'r1',
        method,
        path: `/fhir${path}`,
        segments: ['fhir', ...segments],
        query: parseParameters(queryString),
        queryString,
        headers: new Map(Object.entries(headers)),
        remoteAddr: undefined,
        body: async () => (bytes instanceof Uint8Array ? bytes : new TextEncoder().encode(JSON.stringify(bytes))),
      },
      segments,
      base: BASE,
      format,
      authorize: as,
    })
    const text = typeof response.body === 'string' ? response.body : Buffer.from(response.body ?? new Uint8Array()).toString('latin1')
    const isJson = response.headers['content-type']?.includes('json') && text !== ''
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined }
  }
  /** Puts resources as they are. */
  const put = async (
    ...resources: ReadonlyArray<{ readonly resourceType: string; readonly id: string; readonly [name: string]: unknown }>
  ) => {
    for (const resource of resources) {
      const { status, text } = await ask('PUT', `/${resource.resourceType}/${resource.id}`, { body: resource })
      if (status !== 201 && status !== 200) throw new Error(`${status} ${text}`)
    }
  }
  return { ask, put, store, clock }
}

/** `Type/id` of the entries, in order. */
export const idsOf = ({ json }: Answer): string[] =>
  (json.entry ?? []).map((entry: Json) => `${entry.resource.resourceType}/${entry.resource.id}`)
