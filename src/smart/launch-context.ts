// What an EHR may say of a launch (SMART 2.2 §launch-context-arrives-with-your-access_token), checked when the launch is made.
import { HttpError } from '../http/errors.ts'
import type { LaunchContext } from '../oauth/authorization.ts'
import type { Client } from '../oauth/types/client.ts'
import { isId } from './fhir-user.ts'

type Item = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const REFERENCE = /^[A-Z][A-Za-z]*\/[A-Za-z0-9.-]{1,64}$/

const wrong = (name: string, expected: string): never => {
  throw new HttpError(400, `params.ctx.${name} must be ${expected}`)
}

const idOf = (type: string, value: unknown): string => {
  const id = isText(value) ? value.replace(`${type}/`, '') : undefined
  return isId(id) ? id : wrong(type.toLowerCase(), `the id of a ${type}`)
}

const isItem = (value: unknown): boolean => {
  if (isText(value)) return REFERENCE.test(value)
  if (!isObject(value)) return false
  const { reference, canonical, identifier } = value
  if (reference !== undefined) return isText(reference) && REFERENCE.test(reference)
  return isText(canonical) || isObject(identifier)
}

const isItems = (value: unknown): value is ReadonlyArray<string | Item> => Array.isArray(value) && value.every(isItem)

const isHttpUrl = (value: unknown): boolean => isText(value) && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)

/** Each member of a context that SMART gives a meaning: what it becomes, or an HttpError 400. */
const MEMBERS: ReadonlyMap<string, (value: unknown) => unknown> = new Map([
  ['patient', (value: unknown) => idOf('Patient', value)],
  ['encounter', (value: unknown) => idOf('Encounter', value)],
  ['fhirContext', (value: unknown) => (isItems(value) ? value : wrong('fhirContext', 'a list of references'))],
  ['intent', (value: unknown) => (isText(value) ? value : wrong('intent', 'a text'))],
  ['tenant', (value: unknown) => (isText(value) ? value : wrong('tenant', 'a text'))],
  ['need_patient_banner', (value: unknown) => (typeof value === 'boolean' ? value : wrong('need_patient_banner', 'true or false'))],
  ['smart_style_url', (value: unknown) => (isHttpUrl(value) ? value : wrong('smart_style_url', 'an absolute http URL'))],
])

/** The `ctx` of a launch, as it is kept; what SMART does not name is kept as it is and never reaches the app. */
export const launchContext = (ctx: unknown): LaunchContext => {
  if (!isObject(ctx)) throw new HttpError(400, 'params.ctx must be an object')
  return Object.fromEntries(Object.entries(ctx).map(([name, value]) => [name, MEMBERS.get(name)?.(value) ?? value]))
}

/** SMART 1.0 and 2.0 want strings, 2.1 and later objects; a client says its version in `details.smart_version`. */
const wantsStrings = ({ details }: Client): boolean => /^(1(\..*)?|2(\.0.*)?)$/.test(String(details?.smart_version ?? ''))

const referenceOf = (item: string | Item): unknown => (typeof item === 'string' ? item : item.reference)

/** The context in the form that this client's SMART version wants. Without items fhirContext is omitted (SMART 2.2). */
export const contextFor = (client: Client, { fhirContext, ...context }: LaunchContext): LaunchContext => {
  const items = wantsStrings(client)
    ? (fhirContext ?? []).map(referenceOf).filter(isText)
    : (fhirContext ?? []).map((item) => (typeof item === 'string' ? { reference: item } : item))
  return items.length === 0 ? context : { ...context, fhirContext: items }
}
