// FHIRPath Patch (R4 fhirpatch.html): Parameters whose operations name elements by simple paths: names, [n], first(), last() and
// where(name = 'value').
import type { JsonValue } from '../../http/json.ts'
import type { Definitions } from '../definitions/definitions.ts'
import { FhirError } from '../outcome.ts'
import { isRecord } from '../resource.ts'
import { add, type Pointer, remove, replace, valueAt } from './pointer.ts'

type Fields = { readonly [name: string]: JsonValue }

const STEP = /\s*(?:\.?([A-Za-z]\w*)(?:\(\s*(?:([A-Za-z]\w*)\s*=\s*(?:'([^']*)'|(true|false|\d+)))?\s*\))?|\[(\d{1,6})\])/y

interface Step {
  readonly kind: 'element' | 'index' | 'first' | 'last' | 'where'
  readonly name: string
  readonly value: string
}

const stepOf = (found: RegExpExecArray): Step => {
  const [text, name = '', key, quoted, bare, index] = found
  if (index !== undefined) return { kind: 'index', name: '', value: index }
  if (!text.includes('(')) return { kind: 'element', name, value: '' }
  if (name === 'where' && key !== undefined) return { kind: 'where', name: key, value: quoted ?? bare ?? '' }
  if ((name === 'first' || name === 'last') && key === undefined) return { kind: name, name: '', value: '' }
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

const walk = (document: JsonValue, steps: readonly Step[]): readonly Pointer[] => {
  let found: readonly Pointer[] = [[]]
  for (const { kind, name, value } of steps) {
    if (kind === 'element') found = found.flatMap((pointer) => elements(document, pointer, name))
    else if (kind === 'where') {
      found = found.filter((pointer) => {
        const element = valueAt(document, pointer)
        return isRecord(element) && String(element[name]) === value
      })
    } else found = found.slice(kind === 'last' ? -1 : Number(value || 0)).slice(0, 1)
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
      const before = isRecord(owner) ? owner[member] : undefined
      if (Array.isArray(before)) return add(document, [...parent, member, '-'], value)
      return add(document, [...parent, member], definitions.isList(path, name) ? [value] : value)
    },
  ],
  [
    'insert',
    (document, operation, definitions) => {
      const list = collection(document, scalar(operation, 'path'))
      return add(document, [...list, index(operation, 'index')], given(operation, definitions, plainPath(list, document)).value)
    },
  ],
  [
    'delete',
    (document, operation) => {
      const [found, ...others] = walk(document, stepsBelow(document, scalar(operation, 'path')))
      if (others.length > 0) throw new FhirError('processing', 'a path of the patch leads to more than one element')
      if (!found) return document
      const list = valueAt(document, found.slice(0, -1))
      return remove(document, Array.isArray(list) && list.length === 1 ? found.slice(0, -1) : found)
    },
  ],
  [
    'replace',
    (document, operation, definitions) => {
      const found = single(document, scalar(operation, 'path'))
      return replace(document, found, given(operation, definitions, plainPath(found, document)).value)
    },
  ],
  [
    'move',
    (document, operation) => {
      const list = collection(document, scalar(operation, 'path'))
      const source = [...list, index(operation, 'source')]
      return add(remove(document, source), [...list, index(operation, 'destination')], valueAt(document, source))
    },
  ],
])

/** The document after every operation, in order. Throws FhirError 400 for what is no patch, 422 for one that cannot be applied. */
export const fhirpathPatch = (document: JsonValue, patch: JsonValue, definitions: Definitions): JsonValue => {
  const parameters = isRecord(patch) && Array.isArray(patch.parameter) ? patch.parameter : []
  if (parameters.length === 0) throw new FhirError('invalid', 'a FHIRPath Patch has operations as parameters')
  return parameters.reduce<JsonValue>((current, operation) => {
    const type = isRecord(operation) && operation.name === 'operation' ? scalar(operation, 'type') : undefined
    const apply = OPERATIONS.get(type)
    if (!apply || !isRecord(operation)) throw new FhirError('invalid', 'an operation of the patch is not one of FHIRPath Patch')
    return apply(current, operation, definitions)
  }, document)
}
