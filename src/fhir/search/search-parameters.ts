// SearchParameter resources (R4 searchparameter.html) → parameters like R4's own, or every reason why not.
import { createHash } from 'node:crypto'
import type { Definitions, SearchParameter, SearchType } from '../definitions/definitions.ts'
import { withSearchParameters } from '../definitions/extend.ts'
import { PRESENTATION } from '../parameters.ts'
import { componentsOf } from './components.ts'
import { visitorOf } from './extract.ts'
import { RESULT_PARAMETERS } from './result.ts'

export interface SearchParameterProblem {
  readonly id: string
  readonly path: readonly string[]
  readonly message: string
}

export interface CompiledSearchParameters {
  readonly parameters: readonly SearchParameter[]
  readonly problems: readonly SearchParameterProblem[]
}

type Fields = Readonly<Record<string, unknown>>
type Fail = (element: string, message: string) => undefined

const TYPES: ReadonlyMap<unknown, SearchType> = new Map(
  (['number', 'date', 'string', 'token', 'reference', 'composite', 'quantity', 'uri'] as const).map((one) => [one, one]),
)
const CODE = /^[A-Za-z_][\w-]{0,63}$/

const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : []).filter((one): one is string => typeof one === 'string')

const componentsIn = (value: unknown): SearchParameter['component'] =>
  (Array.isArray(value) ? value : []).map((one: Fields) => ({
    definition: String(one.definition ?? ''),
    expression: String(one.expression ?? ''),
  }))

/** The types that have the parameter from this resource: not those for which R4 itself defines the code. */
const basesOf = (definitions: Definitions, resource: Fields, code: string, fail: Fail): readonly string[] | undefined => {
  const named = texts(resource.base)
  const unknown = named.find((type) => !definitions.types.has(type) && type !== 'Resource' && type !== 'DomainResource')
  if (named.length === 0 || unknown !== undefined)
    return fail('base', unknown === undefined ? 'it has no base' : `there is no type ${unknown}`)
  const all = named.some((type) => !definitions.types.has(type))
  return (all ? [...definitions.types] : named).filter((type) => !definitions.searchParameters(type).has(code))
}

/** Tells this definition from any other of the same code. */
const digestOf = (parameter: SearchParameter): string =>
  createHash('sha256').update(JSON.stringify(parameter)).digest('base64url').slice(0, 12)

/** As R4's are; undefined where it says nothing that can be searched by, or is refused. */
const parameterOf = (definitions: Definitions, resource: Fields, fail: Fail): SearchParameter | undefined => {
  const { code, expression, status } = resource
  const type = TYPES.get(resource.type)
  if (status === 'retired' || resource.type === 'special' || expression === undefined) return undefined
  if (typeof code !== 'string' || !CODE.test(code)) return fail('code', 'the code is not a name')
  if (RESULT_PARAMETERS.has(code) || PRESENTATION.has(code)) return fail('code', `${code} has a meaning of its own`)
  if (!type) return fail('type', 'the type is not a search type')
  if (typeof expression !== 'string' || expression === '') return fail('expression', 'the expression is not text')
  const base = basesOf(definitions, resource, code, fail)
  if (!base || base.length === 0) return undefined
  const target = texts(resource.target)
  const parameter: SearchParameter = {
    code,
    base,
    type,
    url: typeof resource.url === 'string' ? resource.url : `SearchParameter/${resource.id}`,
    expression,
    target: type === 'reference' && target.length === 0 ? [...definitions.types] : target,
    component: componentsIn(resource.component),
  }
  return { ...parameter, digest: digestOf(parameter) }
}

/** Is the expression one that can find something in each base. */
const check = (definitions: Definitions, parameter: SearchParameter, fail: Fail): void => {
  const known = withSearchParameters(definitions, [parameter])
  const { component, type } = parameter
  if (type === 'composite' && (component.length < 2 || componentsOf(known, parameter, '').length < component.length)) {
    fail('component', 'a component is a search parameter that is not known')
    return
  }
  try {
    const lost = parameter.base.find((base) => !visitorOf(known, base, parameter, { base: '', types: definitions.types }))
    if (lost !== undefined) fail('expression', `it finds nothing in ${lost} that a ${type} parameter searches: ${parameter.expression}`)
  } catch (error) {
    fail('expression', error instanceof Error ? error.message : 'the expression is not understood')
  }
}

const numbersOf = (version: unknown): readonly number[] =>
  typeof version === 'string' ? version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0) : []

const isNewer = (one: Fields, other: Fields): boolean => {
  const [a, b] = [numbersOf(one.version), numbersOf(other.version)]
  const at = a.findIndex((part, index) => part !== (b[index] ?? 0))
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0)
}

/** Of several versions of one url the latest counts (R4 references.html#canonical). */
const latest = (resources: Iterable<Fields>): readonly Fields[] => {
  const byUrl = new Map<string, Fields>()
  for (const resource of resources) {
    const key = typeof resource.url === 'string' ? resource.url : `SearchParameter/${resource.id}`
    const known = byUrl.get(key)
    if (!known || !isNewer(known, resource)) byUrl.set(key, resource)
  }
  return [...byUrl.values()]
}

/** Compiles all of them; those that R4 defines itself, that are retired or that have no expression are left out. */
export const compileSearchParameters = (definitions: Definitions, resources: Iterable<Fields>): CompiledSearchParameters => {
  const parameters: SearchParameter[] = []
  const problems: SearchParameterProblem[] = []
  const takenBy = new Map<string, string>()
  for (const resource of latest(resources)) {
    const id = String(resource.id)
    const before = problems.length
    const fail: Fail = (element, message) => void problems.push({ id, path: [element], message })
    const parameter = parameterOf(definitions, resource, fail)
    if (!parameter) continue
    check(withSearchParameters(definitions, parameters), parameter, fail)
    const taken = parameter.base.map((type) => takenBy.get(`${type}.${parameter.code}`)).find((other) => other !== undefined)
    if (taken !== undefined) fail('code', `${parameter.code} is defined by SearchParameter/${taken} too, as something else`)
    if (problems.length > before) continue
    for (const type of parameter.base) takenBy.set(`${type}.${parameter.code}`, id)
    parameters.push(parameter)
  }
  return { parameters, problems }
}
