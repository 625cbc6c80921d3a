// The places of a resource, as its JSON has them and as an issue names them.

export type Fields = { readonly [name: string]: unknown }
export type Resource = Fields & { readonly resourceType: string }
export type Path = ReadonlyArray<string | number>

export interface Site {
  readonly path: Path
  /** Of the member that it is, or that the list is which it stands in. */
  readonly name: string
  readonly value: unknown
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** Every value of a resource, the resource itself left out; companions of primitives (`_birthDate`) are not entered. */
export const sitesOf = (value: unknown, path: Path = [], name = ''): readonly Site[] => {
  const own: readonly Site[] = path.length === 0 ? [] : [{ path, name, value }]
  if (Array.isArray(value)) return [...own, ...value.flatMap((one, at) => sitesOf(one, [...path, at], name))]
  if (!isFields(value)) return own
  return [...own, ...Object.keys(value).flatMap((key) => (key.startsWith('_') ? [] : sitesOf(value[key], [...path, key], key)))]
}

export const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, step) => (Array.isArray(inner) ? inner[Number(step)] : isFields(inner) ? inner[step] : undefined), value)

/** Elements of R4 that are a choice of types, by the beginning of their members' names (R4 json.html, formats.html#choice). */
const CHOICES =
  'value|bounds|effective|onset|abatement|deceased|multipleBirth|medication|reported|occurrence|performed|start|due|detail|dose|rate|asNeeded|serviced|collected|created|timing|author|fastingStatus|identified|product|content|allowed|defaultValue|answer'
const TYPES =
  'Quantity|CodeableConcept|Coding|String|Boolean|Integer|Decimal|DateTime|Date|Time|Instant|Period|Range|Ratio|Age|Timing|Reference|Code|Uri|Url|Canonical|Markdown|Base64Binary|Attachment|Identifier|SampledData|Id|HumanName|Address|Annotation|ContactPoint|Money|Duration|UsageContext|PositiveInt|UnsignedInt'
const CHOICE = new RegExp(`^(${CHOICES})(?:${TYPES})$`)

export const elementOf = (member: string): string => CHOICE.exec(member)?.[1] ?? member

/** `Observation.component[1].value.code`. */
export const placeOf = ({ resourceType }: Resource, path: Path): string =>
  path.reduce<string>((place, step) => (typeof step === 'number' ? `${place}[${step}]` : `${place}.${elementOf(step)}`), resourceType)
