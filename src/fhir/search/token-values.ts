// Index entries of token parameters (R4 search.html#token), and of the texts for `:text`.
import type { IndexEntry } from '../../store/entries.ts'
import { fold } from './fold.ts'
import { isObject, type Visitor } from './path.ts'

type Visit = Visitor<IndexEntry[]>

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const textEntry = (param: string, value: unknown, out: IndexEntry[]): void => {
  if (typeof value === 'string') out.push({ kind: 'string', param: `${param}:text`, value, folded: fold(value) })
}

const coding = (param: string, value: unknown, out: IndexEntry[]): void => {
  if (!isObject(value)) return
  const [system, code] = [text(value.system), text(value.code)]
  if (system !== '' || code !== '') out.push({ kind: 'token', param, system, code })
  textEntry(param, value.display, out)
}

const concept = (param: string, value: unknown, out: IndexEntry[]): void => {
  if (!isObject(value)) return
  if (Array.isArray(value.coding)) for (const one of value.coding) coding(param, one, out)
  textEntry(param, value.text, out)
}

/** Also `param:of-type`: the system of the identifier's type, and its `code|value`. */
export const identifier = (param: string, value: unknown, out: IndexEntry[]): void => {
  if (!isObject(value)) return
  const [system, code] = [text(value.system), text(value.value)]
  if (system !== '' || code !== '') out.push({ kind: 'identifier', param, system, code })
  if (!isObject(value.type)) return
  textEntry(param, value.type.text, out)
  for (const one of Array.isArray(value.type.coding) ? value.type.coding : []) {
    const type = isObject(one) ? text(one.code) : ''
    if (type !== '') out.push({ kind: 'identifier', param: `${param}:of-type`, system: text(one.system), code: `${type}|${code}` })
  }
}

const contact = (param: string, value: unknown, out: IndexEntry[]): void => {
  if (isObject(value) && typeof value.value === 'string') out.push({ kind: 'identifier', param, system: '', code: value.value })
}

const primitive = (param: string, value: unknown, out: IndexEntry[]): void => {
  if (typeof value === 'string' || typeof value === 'boolean') out.push({ kind: 'token', param, system: '', code: String(value) })
}

/** What a token parameter indexes of an element of this type; of other complex types, nothing. */
export const tokenVisitor = (param: string, type: string): Visit | undefined => {
  if (type === 'CodeableConcept') return (value, out) => concept(param, value, out)
  if (type === 'Coding') return (value, out) => coding(param, value, out)
  if (type === 'Identifier') return (value, out) => identifier(param, value, out)
  if (type === 'ContactPoint') return (value, out) => contact(param, value, out)
  return /^[A-Z]/.test(type) ? undefined : (value, out) => primitive(param, value, out)
}
