// Entries against the schemas of the configuration types; other resources must be of a known R4 type (design, "A bundle": schema-check).
import { readFileSync } from 'node:fs'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { ConfigurationIssue } from '../fhir/configuration.ts'
import { type JsonValue, plainNumbers } from '../http/json.ts'
import { CONFIGURATION_TYPES, SCHEMA_FILES } from './configuration-types.ts'
import type { Entry } from './entries.ts'
import { didYouMean } from './suggest.ts'
import type { Path } from './values.ts'

export interface SchemaProblem {
  readonly path: Path
  readonly of: 'key' | 'value'
  readonly code: 'unknown-key' | 'unknown-value' | 'missing-key' | 'wrong-type' | 'malformed' | 'unknown-type'
  readonly message: string
}

// Made for one load: to optimize what is compiled takes longer than it ever saves. That the schemas are schemas a test says, not each start.
const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, validateSchema: false, meta: false, code: { optimize: false } })
const compiled = new Map<string, ValidateFunction>()

/** Within dist, or else beside the source tree. */
const readSchema = (name: string): object => {
  try {
    return JSON.parse(readFileSync(new URL(`./schemas/${name}.schema.json`, import.meta.url), 'utf8'))
  } catch {
    return JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'))
  }
}

const validatorOf = (type: string): ValidateFunction | undefined => {
  const file = SCHEMA_FILES.get(type)
  if (file === undefined) return undefined
  const known = compiled.get(type)
  if (known) return known
  const validate = ajv.compile(readSchema(file))
  compiled.set(type, validate)
  return validate
}

const pathOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Of the branches of an anyOf, only the one that the kind of the value chose speaks; where none fits, the anyOf does. */
const withoutBranches = (errors: readonly ErrorObject[]): readonly ErrorObject[] => {
  let left = errors
  for (const any of errors) {
    if (any.keyword !== 'anyOf' && any.keyword !== 'oneOf') continue
    const below = left.filter((one) => one.schemaPath.startsWith(`${any.schemaPath}/`) && one.instancePath.startsWith(any.instancePath))
    const branches = new Map<string, ErrorObject[]>()
    for (const one of below) {
      const branch = one.schemaPath.slice(any.schemaPath.length + 1).split('/')[0] ?? ''
      branches.set(branch, [...(branches.get(branch) ?? []), one])
    }
    const fits = (branch: readonly ErrorObject[]) => !branch.some((one) => one.keyword === 'type' && one.instancePath === any.instancePath)
    const chosen = [...branches.values()].filter(fits).sort((one, other) => one.length - other.length)[0]
    left = left.filter((one) => (one === any ? !chosen : !below.includes(one) || chosen?.includes(one)))
  }
  return left
}

const propertiesOf = (error: ErrorObject): string[] => {
  const properties: unknown = error.parentSchema?.properties
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
const PEOPLE: ReadonlyMap<string, string> = new Map([
  ['array', 'a list'],
  ['object', 'a mapping'],
  ['string', 'text'],
  ['boolean', 'true or false'],
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['null', 'empty'],
])
const inWords = (kind: unknown): string =>
  (Array.isArray(kind) ? kind : [kind]).map((one) => PEOPLE.get(String(one)) ?? String(one)).join(' or ')

const problemOf = (type: string, error: ErrorObject): SchemaProblem => {
  const path = pathOf(error.instancePath)
  const name = [type, ...path].join('.')
  const { params } = error
  if (error.keyword === 'additionalProperties') {
    const key = String(params.additionalProperty)
    const message = `${name} has no "${key}"${didYouMean(key, propertiesOf(error))}`
    return { path: [...path, key], of: 'key', code: 'unknown-key', message }
  }
  if (error.keyword === 'required') {
    return { path, of: 'value', code: 'missing-key', message: `${name} needs "${params.missingProperty}"` }
  }
  if (error.keyword === 'enum' && Array.isArray(params.allowedValues)) {
    const allowed = params.allowedValues.map(String)
    const hint = didYouMean(String(error.data), allowed) || `; it is one of ${allowed.join(', ')}`
    return { path, of: 'value', code: 'unknown-value', message: `${name} cannot be ${JSON.stringify(error.data)}${hint}` }
  }
  if (error.keyword === 'type') {
    return { path, of: 'value', code: 'wrong-type', message: `${name} is ${inWords(params.type)}, not ${inWords(kindOf(error.data))}` }
  }
  if (error.keyword === 'false schema')
    return { path, of: 'key', code: 'malformed', message: `${name} has no meaning beside the other keys` }
  return { path, of: 'value', code: 'malformed', message: `${name} ${error.message ?? 'is malformed'}` }
}

/** What is wrong with an entry as its type's schema sees it; `knownTypes` are the FHIR types that are served. */
export const checkSchema = (
  { type, method, resource }: Pick<Entry, 'type' | 'method' | 'resource'>,
  knownTypes: ReadonlySet<string>,
): readonly SchemaProblem[] => {
  const validate = validatorOf(type)
  if (!validate) {
    if (knownTypes.has(type)) return []
    const hint = didYouMean(type, [...CONFIGURATION_TYPES, ...knownTypes])
    return [{ path: ['resourceType'], of: 'value', code: 'unknown-type', message: `there is no resource type "${type}"${hint}` }]
  }
  if (method === 'DELETE' || validate(plainNumbers(resource))) return []
  // A PATCH holds only what changes; a POST may leave the id to the server.
  // An `if` says that one of its branches failed, and the branch says why.
  const expected = ({ keyword, params }: ErrorObject) =>
    keyword !== 'if' && (keyword !== 'required' || (method !== 'PATCH' && (method !== 'POST' || params.missingProperty !== 'id')))
  return withoutBranches(validate.errors ?? [])
    .filter(expected)
    .map((error) => problemOf(type, error))
}

const isJson = (value: unknown): value is { readonly [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is wrong with a configuration resource that came over REST. */
export const checkResource = (resource: Readonly<Record<string, unknown>>): readonly ConfigurationIssue[] => {
  const type = String(resource.resourceType)
  if (!isJson(resource)) return []
  return checkSchema({ type, method: 'PUT', resource }, new Set()).map(({ path, message }) => ({
    code: 'invalid',
    message,
    expression: [type, ...path].join('.'),
  }))
}
