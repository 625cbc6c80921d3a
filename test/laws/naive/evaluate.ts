// A naive search: every resource looked at, every parameter evaluated by itself. As plain as R4 search.html, and as slow.
import type { Definitions, SearchParameter } from '../../../src/fhir/definitions/definitions.ts'
import type { Record4 } from '../records.ts'
import { elementsOf, evaluate } from './elements.ts'
import { MATCHERS } from './values.ts'

export interface Library {
  readonly definitions: Definitions
  readonly resources: readonly Record4[]
}

const parameterOf = ({ definitions }: Library, type: string, code: string): SearchParameter => {
  const parameter = definitions.searchParameters(type).get(code)
  if (!parameter) throw new Error(`no parameter ${code} of ${type}`)
  return parameter
}

const nameOf = ({ resourceType, id }: Record4): string => `${resourceType}/${id}`

/** The resources that a reference parameter of this one leads to. */
export const targetsOf = (library: Library, resource: Record4, parameter: SearchParameter): readonly Record4[] => {
  const references = elementsOf(resource, parameter).map((element) => (element as { reference?: string }).reference)
  return library.resources.filter((one) => references.includes(nameOf(one)))
}

/** Parts of one element of a composite, or of the resource where the component says so. */
const composite = (library: Library, resource: Record4, parameter: SearchParameter, text: string): boolean =>
  elementsOf(resource, parameter).some((element) =>
    parameter.component.every(({ definition, expression }, at) => {
      const part = library.definitions.parameterByUrl(definition)
      const whole = expression.startsWith('%resource.')
      const focus = whole || element === undefined ? resource : (element as object)
      const found = evaluate(focus, whole ? expression.slice('%resource.'.length) : expression)
      return found.some((one) => MATCHERS[part?.type ?? '']?.(one, { modifier: '', text: text.split('$')[at] ?? '' }))
    }),
  )

const one = (library: Library, resource: Record4, parameter: SearchParameter, modifier: string, value: string): boolean => {
  if (parameter.type === 'composite') return composite(library, resource, parameter, value)
  const matcher = MATCHERS[parameter.type]
  if (!matcher) throw new Error(`no naive reading of ${parameter.type}`)
  const elements = elementsOf(resource, parameter)
  return elements.some((element) => matcher(element, { modifier: modifier === 'not' ? '' : modifier, text: value }))
}

/** Does the resource satisfy `name=value`. */
export const satisfies = (library: Library, resource: Record4, name: string, value: string): boolean => {
  const type = resource.resourceType
  if (name === '_id') return value.split(',').includes(resource.id)
  const has = /^_has:(\w+):([\w-]+):(.+)$/.exec(name)
  if (has) {
    const [, source = '', code = '', rest = ''] = has
    const parameter = parameterOf(library, source, code)
    return library.resources.some(
      (other) =>
        other.resourceType === source && targetsOf(library, other, parameter).includes(resource) && satisfies(library, other, rest, value),
    )
  }
  const chain = /^([\w-]+)(?::(\w+))?\.(.+)$/.exec(name)
  if (chain) {
    const [, code = '', target, rest = ''] = chain
    const [next = ''] = rest.split(/[:.]/)
    return targetsOf(library, resource, parameterOf(library, type, code))
      .filter(({ resourceType }) => target === undefined || resourceType === target)
      .filter(({ resourceType }) => ['_id', '_has'].includes(next) || library.definitions.searchParameters(resourceType).has(next))
      .some((other) => satisfies(library, other, rest, value))
  }
  const [code = '', modifier = ''] = name.split(':')
  const parameter = parameterOf(library, type, code)
  if (modifier === 'missing') return (elementsOf(resource, parameter).length === 0) === (value === 'true')
  const any = value.split(',').some((each) => one(library, resource, parameter, modifier, each))
  return modifier === 'not' ? !any : any
}

/** The names of what `name=value` pairs find of a type, all of them holding. */
export const search = (library: Library, type: string, pairs: ReadonlyArray<readonly [string, string]>): string[] =>
  library.resources
    .filter(({ resourceType }) => resourceType === type)
    .filter((resource) => pairs.every(([name, value]) => satisfies(library, resource, name, value)))
    .map(nameOf)
    .sort()
