// Index entries of string, uri and reference parameters (R4 search.html#string, #uri, #reference).
import type { IndexEntry } from '../../store/entries.ts'
import { fold } from './fold.ts'
import { isObject, type Visitor } from './path.ts'
import { localReference } from './reference.ts'
import { identifier } from './token-values.ts'

type Visit = Visitor<IndexEntry[]>

/** The members of HumanName and Address that a string parameter searches. */
const PARTS = new Map<string, readonly string[]>([
  ['HumanName', ['text', 'family', 'given', 'prefix', 'suffix']],
  ['Address', ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country']],
])

const string = (param: string, value: unknown, out: IndexEntry[]): void => {
  if (typeof value === 'string') out.push({ kind: 'string', param, value, folded: fold(value) })
  else if (Array.isArray(value)) for (const item of value) string(param, item, out)
}

/** What a string parameter indexes of an element of this type; of other complex types, nothing. */
export const stringVisitor = (param: string, type: string): Visit | undefined => {
  const parts = PARTS.get(type)
  if (!parts) return /^[A-Z]/.test(type) ? undefined : (value, out) => string(param, value, out)
  return (value, out) => {
    if (isObject(value)) for (const part of parts) string(param, value[part], out)
  }
}

/** What a uri parameter indexes. */
export const uriVisitor =
  (param: string): Visit =>
  (value, out) => {
    if (typeof value === 'string') out.push({ kind: 'uri', param, value })
  }

export interface ReferenceContext {
  readonly base: string
  readonly types: ReadonlySet<string>
}

const pointer = (param: string, value: string, { base, types }: ReferenceContext, target: string | undefined, out: IndexEntry[]): void => {
  const local = localReference(value, base, types)
  if (local) {
    if (!target || local.type === target) out.push({ kind: 'reference', param, type: local.type, id: local.id })
  } else if (!value.startsWith('#') && !target) out.push({ kind: 'reference-url', param, url: value })
}

/** A canonical is found with and without its version. */
const canonical = (param: string, value: unknown, out: IndexEntry[]): void => {
  if (typeof value !== 'string') return
  out.push({ kind: 'reference-url', param, url: value })
  const bar = value.indexOf('|')
  if (bar > 0) out.push({ kind: 'reference-url', param, url: value.slice(0, bar) })
}

/** What a reference parameter indexes of an element of this type; `target` restricts it (`where(resolve() is Patient)`). */
export const referenceVisitor = (param: string, type: string, target: string | undefined, context: ReferenceContext): Visit | undefined => {
  if (type === 'canonical' || type === 'uri') return (value, out) => canonical(param, value, out)
  if (type === 'Resource') {
    return (value, out) => {
      if (isObject(value)) pointer(param, `${value.resourceType}/${value.id}`, context, target, out)
    }
  }
  if (type !== 'Reference') return undefined
  return (value, out) => {
    if (!isObject(value)) return
    if (typeof value.reference === 'string') pointer(param, value.reference, context, target, out)
    if (value.identifier !== undefined) identifier(`${param}:identifier`, value.identifier, out)
  }
}
