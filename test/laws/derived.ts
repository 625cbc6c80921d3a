// Random searches derived from what is there: a value that some record holds, asked for in one of the ways that R4 knows.
import type { SearchParameter } from '../../src/fhir/definitions/definitions.ts'
import type { Draw } from './draw.ts'
import { elementsOf, evaluate } from './naive/elements.ts'
import { type Library, targetsOf } from './naive/evaluate.ts'
import type { Record4 } from './records.ts'

export type Pair = readonly [name: string, value: string]

type Fields = Readonly<Record<string, unknown>>
const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value)
const escaped = (text: string): string => text.replace(/([\\,$|])/g, '\\$1')
const PREFIXES = ['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb']

const token = (draw: Draw, name: string, element: unknown): Pair | undefined => {
  const coding = fields(first(fields(element).coding))
  const whole = fields(element)
  const { type } = whole
  if (type !== undefined && draw.chance(0.3)) {
    const kind = fields(first(fields(type).coding))
    return [`${name}:of-type`, `${kind.system}|${kind.code}|${whole.value}`]
  }
  const words = [whole.text, coding.display].find((one) => typeof one === 'string')
  if (words !== undefined && draw.chance(0.2))
    return [
      `${name}:text`,
      escaped(
        String(words)
          .slice(0, 1 + draw.below(8))
          .trim(),
      ),
    ]
  const code = typeof element === 'object' ? (coding.code ?? whole.code ?? whole.value) : element
  const system = coding.system ?? (['phone', 'email'].includes(String(whole.system)) ? undefined : whole.system)
  if (code === undefined) return undefined
  const forms = [
    escaped(String(code)),
    ...(system === undefined ? [`|${escaped(String(code))}`] : [`${system}|${escaped(String(code))}`, `${system}|`]),
  ]
  const value = draw.chance(0.2) ? `${draw.pick(forms)},nothing` : draw.pick(forms)
  return [draw.chance(0.15) ? `${name}:not` : name, value]
}

const string = (draw: Draw, name: string, element: unknown): Pair | undefined => {
  const own =
    typeof element === 'string'
      ? [element]
      : Object.values(fields(element))
          .flat()
          .filter((one) => typeof one === 'string')
  if (own.length === 0) return undefined
  const text = draw.pick(own)
  if (draw.chance(0.2)) return [`${name}:exact`, escaped(text)]
  if (draw.chance(0.3)) return [`${name}:contains`, escaped(text.slice(draw.below(text.length), text.length)).trim() || 'x']
  const start = text.slice(0, 1 + draw.below(6)).trim()
  return [name, escaped(draw.chance(0.5) ? start.toUpperCase() : start)]
}

const uri = (draw: Draw, name: string, element: unknown): Pair => {
  const text = String(element)
  if (draw.chance(0.3)) return [`${name}:below`, draw.pick([text, text.replace(/\/[^/]*$/, '')])]
  if (draw.chance(0.3)) return [`${name}:above`, draw.pick([text, `${text}/more`, `${text}more`])]
  return [draw.chance(0.2) ? `${name}:contains` : name, draw.chance(0.2) ? text.slice(0, -1) : text]
}

const date = (draw: Draw, name: string, element: unknown): Pair | undefined => {
  const { start, end, event } = fields(element)
  const text = String(first(event) ?? start ?? end ?? element)
  if (!/^\d{4}/.test(text)) return undefined
  const moved = draw.chance(0.3)
    ? text.replace(/^\d{4}/, (year) => String(Number(year) + draw.below(3) - 1)).replace('02-29', '02-28')
    : text
  const cut = draw.pick([4, 7, 10, 100])
  return [name, `${draw.pick(PREFIXES)}${moved.slice(0, cut)}`]
}

const near = (draw: Draw, value: unknown): string => {
  const number = Number(value) + draw.pick([0, 0, 0, 0.1, -1])
  return number.toFixed(draw.pick([0, 1, 2]))
}

const number = (draw: Draw, name: string, element: unknown): Pair => [name, `${draw.pick(PREFIXES)}${near(draw, element)}`]

const quantity = (draw: Draw, name: string, element: unknown): Pair | undefined => {
  const { value, system, code, unit, currency } = fields(element)
  if (value === undefined) return undefined
  const units = [
    `||${code ?? currency}`,
    ...(unit === undefined ? [] : [`||${unit}`]),
    ...(system === undefined ? [] : [`|${system}|${code}`, `|${system}|wrong`]),
  ]
  return [name, `${draw.pick(PREFIXES)}${near(draw, value)}${draw.chance(0.5) ? '' : draw.pick(units)}`]
}

const reference = (draw: Draw, name: string, element: unknown): Pair | undefined => {
  const { identifier } = fields(element)
  if (identifier !== undefined) return [`${name}:identifier`, `${fields(identifier).system}|${fields(identifier).value}`]
  const text = typeof element === 'string' ? element : fields(element).reference
  if (typeof text !== 'string') return undefined
  const [, type, id] = /^([A-Z]\w+)\/(.+)$/.exec(text) ?? []
  if (type === undefined || id === undefined) return [name, draw.pick([text, text.split('|')[0] ?? text])]
  return draw.pick<Pair>([
    [name, text],
    [name, id],
    [`${name}:${type}`, id],
    [name, `${text},${type}/nobody`],
  ])
}

const BY_TYPE: Readonly<Record<string, (draw: Draw, name: string, element: unknown) => Pair | undefined>> = {
  token,
  string,
  uri,
  date,
  number,
  quantity,
  reference,
}

/** A value for each component that one element holds, joined by `$`. */
const composite = (draw: Draw, library: Library, resource: Record4, parameter: SearchParameter, element: unknown): Pair | undefined => {
  const values = parameter.component.map(({ definition, expression }) => {
    const whole = expression.startsWith('%resource.')
    const found = evaluate(whole ? resource : fields(element), whole ? expression.slice('%resource.'.length) : expression)
    const type = library.definitions.parameterByUrl(definition)?.type ?? ''
    const pair = found.length === 0 ? undefined : BY_TYPE[type]?.(draw, 'part', draw.pick(found))
    return pair?.[0] === 'part' && !pair[1].includes(',') ? pair[1] : undefined
  })
  return values.includes(undefined) ? undefined : [parameter.code, values.join('$')]
}

const chained = (draw: Draw, library: Library, resource: Record4, parameter: SearchParameter, hops: number): Pair | undefined => {
  const targets = targetsOf(library, resource, parameter)
  if (targets.length === 0) return undefined
  const target = draw.pick(targets)
  const next = pairOf(draw, library, target, hops + 1)
  if (!next) return undefined
  const named = draw.chance(0.5) ? `:${target.resourceType}` : ''
  return [`${parameter.code}${named}.${next[0]}`, next[1]]
}

const reversed = (draw: Draw, library: Library, resource: Record4, hops: number): Pair | undefined => {
  const name = `${resource.resourceType}/${resource.id}`
  const referring = library.resources.filter((other) => JSON.stringify(other).includes(`"${name}"`) && other !== resource)
  if (referring.length === 0) return undefined
  const other = draw.pick(referring)
  const parameters = [...library.definitions.searchParameters(other.resourceType).values()].filter(
    (one) => one.type === 'reference' && targetsOf(library, other, one).includes(resource),
  )
  const next = pairOf(draw, library, other, hops + 1)
  if (parameters.length === 0 || !next) return undefined
  return [`_has:${other.resourceType}:${draw.pick(parameters).code}:${next[0]}`, next[1]]
}

/** Parameters that search what the resource's own columns say, or that need a text index or geography. */
const LEFT: ReadonlySet<string> = new Set([
  '_id',
  '_lastUpdated',
  '_text',
  '_content',
  '_query',
  '_filter',
  '_list',
  '_has',
  '_type',
  'near',
])

/** One `name=value` that the resource probably satisfies; undefined where the draw fell on nothing. */
export const pairOf = (draw: Draw, library: Library, resource: Record4, hops = 0): Pair | undefined => {
  if (hops < 3 && draw.chance(0.15)) return reversed(draw, library, resource, hops)
  const parameters = [...library.definitions.searchParameters(resource.resourceType).values()].filter(
    ({ code, expression, type }) => !LEFT.has(code) && expression !== '' && type !== 'special',
  )
  const parameter = draw.pick(parameters)
  if (draw.chance(0.05) && parameter.type !== 'composite') return [`${parameter.code}:missing`, draw.pick(['true', 'false'])]
  const elements = elementsOf(resource, parameter)
  if (elements.length === 0) return undefined
  if (parameter.type === 'reference' && hops < 3 && draw.chance(0.4)) return chained(draw, library, resource, parameter, hops)
  const element = draw.pick(elements)
  if (parameter.type === 'composite') return composite(draw, library, resource, parameter, element)
  return BY_TYPE[parameter.type]?.(draw, parameter.code, element)
}
