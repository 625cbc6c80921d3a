// FHIRPath Patch (R4 fhirpatch.html): Parameters whose operations name elements by simple paths: names, [n], first(), last(),
// where(name = 'value'), extension('url') and ofType(type).
import type { JsonValue } from '../../http/json.ts'
import type { Definitions } from '../definitions/definitions.ts'
import { FhirError } from '../outcome.ts'
import { isRecord } from '../resource.ts'
import { inOrder } from './in-order.ts'
import { add, type Pointer, remove, replace, valueAt } from './pointer.ts'
import { removeBeside, spliceBeside } from './shadow.ts'

type Fields = { readonly [name: string]: JsonValue }

const STEP =
  /\s*(?:\.?([A-Za-z]\w*)(?:\(\s*(?:([A-Za-z]\w*)\s*=\s*(?:'([^']*)'|(true|false|\d+))|'([^']*)'|([A-Za-z]\w*))?\s*\))?|\[(\d{1,6})\])/y

interface Step {
  readonly kind: 'element' | 'index' | 'first' | 'last' | 'where' | 'extension' | 'ofType'
  readonly name: string
  readonly value: string
}

const stepOf = (found: RegExpExecArray): Step => {
  const [text, name = '', key, quoted, bare, url, type, index] = found
  if (index !== undefined) return { kind: 'index', name: '', value: index }
  if (!text.includes('(')) return { kind: 'element', name, value: '' }
  if (name === 'extension' && url !== undefined) return { kind: 'extension', name, value: url }
  if (name === 'ofType' && type !== undefined) return { kind: 'ofType', name: '', value: type.charAt(0).toUpperCase() + type.slice(1) }
  if (name === 'where' && key !== undefined) return { kind: 'where', name: key, value: quoted ?? bare ?? '' }
  if ((name === 'first' || name === 'last') && /\(\s*\)$/.test(text)) return { kind: name, name: '', value: '' }
  throw new FhirError('not-supported', `the function ${name} is not understood in a patch's path`, { status: 400 })
}

const parsePath = (text: JsonValue | undefined): readonly Step[] => {
  if (typeof text !== 'string') throw new FhirError('invalid', 'an operation of the patch needs a path')
  const steps: Step[] = []
  STEP.lastIndex = 0
  while (STEP.lastIndex < text.trimEnd().length) {
    const found = STEP.exec(text)
    if (!found) throw new FhirError('not-supported', 'a path of the patch is not understood', { status: 400 })
    steps.push(stepOf(found))
  }
  return steps
}

/** The member that an element is spelt by, `valueQuantity` for `value`. */
const memberOf = (value: JsonValue, name: string): string | undefined => {
  if (!isRecord(value)) return undefined
  if (Object.hasOwn(value, name)) return name
  return Object.keys(value).find((member) => member.startsWith(name) && /^[A-Z]/.test(member.slice(name.length)))
}

const elements = (document: JsonValue, pointer: Pointer, name: string): readonly Pointer[] => {
  const member = memberOf(valueAt(document, pointer), name)
  if (member === undefined) return []
  const found = valueAt(document, [...pointer, member])
  return Array.isArray(found) ? found.map((_item, at) => [...pointer, member, String(at)]) : [[...pointer, member]]
}

const holding = (document: JsonValue, found: readonly Pointer[], name: string, value: string): readonly Pointer[] =>
  found.filter((pointer) => {
    const element = valueAt(document, pointer)
    return isRecord(element) && String(element[name]) === value
  })

const walk = (document: JsonValue, steps: readonly Step[]): readonly Pointer[] => {
  let found: readonly Pointer[] = [[]]
  for (const { kind, name, value } of steps) {
    if (kind === 'element') found = found.flatMap((pointer) => elements(document, pointer, name))
    else if (kind === 'where') found = holding(document, found, name, value)
    else if (kind === 'extension') {
      found = holding(
        document,
        found.flatMap((pointer) => elements(document, pointer, name)),
        'url',
        value,
      )
    } else if (kind === 'ofType') found = found.filter((pointer) => pointer.at(-1)?.endsWith(value))
    else found = found.slice(kind === 'last' ? -1 : Number(value || 0)).slice(0, 1)
  }
  return found
}

/** Where a path leads: exactly one element, or the collection that it names. */
const stepsBelow = (document: JsonValue, path: JsonValue | undefined): readonly Step[] => {
  const [root, ...steps] = parsePath(path)
  const type = isRecord(document) ? document.resourceType : ''
  if (root?.kind !== 'element' || (root.name !== type && root.name !== 'Resource' && root.name !== 'DomainResource')) {
    throw new FhirError('invalid', `a path of the patch starts with ${String(type)}`)
  }
  return steps
}

const single = (document: JsonValue, path: JsonValue | undefined): Pointer => {
  const [found, ...others] = walk(document, stepsBelow(document, path))
  if (!found || others.length > 0) throw new FhirError('processing', 'a path of the patch does not lead to one element')
  return found
}

const collection = (document: JsonValue, path: JsonValue | undefined): Pointer => {
  const steps = stepsBelow(document, path)
  const last = steps.at(-1)
  if (last?.kind !== 'element') throw new FhirError('invalid', 'the path of an insert or a move names a collection')
  const [parent, ...others] = walk(document, steps.slice(0, -1))
  const list = parent && [...parent, last.name]
  if (!list || others.length > 0 || !Array.isArray(valueAt(document, list))) {
    throw new FhirError('processing', 'a path of the patch does not lead to a collection')
  }
  return list
}

const partsOf = (parameter: JsonValue | undefined): readonly Fields[] => {
  const parts = isRecord(parameter) && Array.isArray(parameter.part) ? parameter.part : []
  return parts.filter(isRecord)
}

const part = (operation: Fields, name: string): Fields | undefined => partsOf(operation).find((one) => one.name === name)

const scalar = (operation: Fields, name: string): JsonValue | undefined => {
  const found = part(operation, name)
  const member = found && Object.keys(found).find((key) => /^value[A-Z]/.test(key))
  return member === undefined ? undefined : found?.[member]
}

/** A `value[x]`, or an object made of nested parts; with the type's suffix, for choices. */
const operand = (parameter: Fields, isList: (name: string) => boolean): { readonly value: JsonValue; readonly suffix: string } => {
  const member = Object.keys(parameter).find((key) => /^value[A-Z]/.test(key))
  if (member !== undefined) return { value: parameter[member] ?? null, suffix: member.slice('value'.length) }
  const members: { [name: string]: JsonValue } = {}
  for (const inner of partsOf(parameter)) {
    const name = String(inner.name)
    const { value } = operand(inner, isList)
    const before = members[name]
    if (Array.isArray(before)) before.push(value)
    else members[name] = isList(name) ? [value] : value
  }
  if (Object.keys(members).length === 0) throw new FhirError('invalid', 'an operation of the patch needs a value')
  return { value: members, suffix: '' }
}

type Apply = (document: JsonValue, operation: Fields, definitions: Definitions) => JsonValue

const given = (operation: Fields, definitions: Definitions, path: string) => {
  const value = part(operation, 'value')
  if (!value) throw new FhirError('invalid', 'an operation of the patch needs a value')
  return operand(value, (name) => definitions.isList(path, name))
}

const plainPath = (pointer: Pointer, document: JsonValue): string =>
  [isRecord(document) ? String(document.resourceType) : '', ...pointer.filter((token) => !/^\d+$/.test(token))].join('.')

const index = (operation: Fields, name: string): string => {
  const value = Number(scalar(operation, name))
  if (!Number.isInteger(value) || value < 0) throw new FhirError('invalid', `an operation of the patch needs ${name}`)
  return String(value)
}

const OPERATIONS: ReadonlyMap<JsonValue | undefined, Apply> = new Map<JsonValue | undefined, Apply>([
  [
    'add',
    (document, operation, definitions) => {
      const parent = single(document, scalar(operation, 'path'))
      const name = scalar(operation, 'name')
      if (typeof name !== 'string') throw new FhirError('invalid', 'an add of the patch needs a name')
      const path = plainPath(parent, document)
      const { value, suffix } = given(operation, definitions, `${path}.${name}`)
      const member = definitions.isChoice(path, name) ? `${name}${suffix}` : name
      const owner = valueAt(document, parent)
      const spelt = definitions.isChoice(path, name) ? memberOf(owner, name) : member
      const before = isRecord(owner) && spelt !== undefined ? owner[spelt] : undefined
      if (before !== undefined && !Array.isArray(before)) throw new FhirError('processing', `${name} is there already, and does not repeat`)
      if (Array.isArray(before)) return add(document, [...parent, member, '-'], value)
      return add(document, [...parent, member], definitions.isList(path, name) ? [value] : value)
    },
  ],
  [
    'insert',
    (document, operation, definitions) => {
      const list = collection(document, scalar(operation, 'path'))
      const at = index(operation, 'index')
      const inserted = add(document, [...list, at], given(operation, definitions, plainPath(list, document)).value)
      return spliceBeside(inserted, list, (items) => (Number(at) < items.length ? items.toSpliced(Number(at), 0, null) : items))
    },
  ],
  [
    'delete',
    (document, operation) => {
      const [found, ...others] = walk(document, stepsBelow(document, scalar(operation, 'path')))
      if (others.length > 0) throw new FhirError('processing', 'a path of the patch leads to more than one element')
      if (!found) return document
      const list = valueAt(document, found.slice(0, -1))
      const gone = Array.isArray(list) && list.length === 1 ? found.slice(0, -1) : found
      return removeBeside(remove(document, gone), gone)
    },
  ],
  [
    'replace',
    (document, operation, definitions) => {
      const path = scalar(operation, 'path')
      const found = single(document, path)
      const { value, suffix } = given(operation, definitions, plainPath(found, document))
      const owner = found.slice(0, -1)
      const name = stepsBelow(document, path).findLast(({ kind }) => kind === 'element')?.name ?? ''
      const spelt = suffix === '' ? found.at(-1) : `${name}${suffix}`
      if (!definitions.isChoice(plainPath(owner, document), name) || spelt === undefined || found.at(-1) === spelt)
        return replace(document, found, value)
      // A choice of another type is another member.
      return add(removeBeside(remove(document, found), found), [...owner, spelt], value)
    },
  ],
  [
    'move',
    (document, operation) => {
      const list = collection(document, scalar(operation, 'path'))
      const [from, to] = [index(operation, 'source'), index(operation, 'destination')]
      const source = [...list, from]
      const moved = add(remove(document, source), [...list, to], valueAt(document, source))
      return spliceBeside(moved, list, (items) => {
        const padded = [...items, ...Array.from({ length: Math.max(0, Number(to) + 1 - items.length) }, () => null)]
        return padded.toSpliced(Number(from), 1).toSpliced(Number(to), 0, padded[Number(from)] ?? null)
      })
    },
  ],
])

/** The document after every operation, in order. Throws FhirError 400 for what is no patch, 422 for one that cannot be applied. */
export const fhirpathPatch = (document: JsonValue, patch: JsonValue, definitions: Definitions): JsonValue => {
  const parameters = isRecord(patch) && Array.isArray(patch.parameter) ? patch.parameter : []
  if (parameters.length === 0) throw new FhirError('invalid', 'a FHIRPath Patch has operations as parameters')
  const apply = (current: JsonValue, operation: JsonValue): JsonValue => {
    const type = isRecord(operation) && operation.name === 'operation' ? scalar(operation, 'type') : undefined
    const change = OPERATIONS.get(type)
    if (!change || !isRecord(operation)) throw new FhirError('invalid', 'an operation of the patch is not one of FHIRPath Patch')
    return change(current, operation, definitions)
  }
  return inOrder(document, parameters, apply, (at) => `Parameters.parameter[${at}]`)
}
