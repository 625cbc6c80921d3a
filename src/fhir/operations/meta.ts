// $meta, $meta-add and $meta-delete (R4 resource-operation-meta, -meta-add, -meta-delete) of an instance.
import { type JsonValue, stringifyJson } from '../../http/json.ts'
import { ALL } from '../../store/criterion.ts'
import { authorizeRead } from '../../store/plan.ts'
import type { Call, Handler } from '../call.ts'
import { patchBy } from '../interactions/patch.ts'
import { notHere } from '../interactions/read.ts'
import { FhirError } from '../outcome.ts'
import { onlyParameters } from '../parameters.ts'
import { permitOf } from '../permit.ts'
import type { FhirResponse } from '../request.ts'
import { isRecord, parseStored } from '../resource.ts'
import { givenIn } from './given.ts'

const answer = (text: string): FhirResponse => {
  const parameter = [{ name: 'return', valueMeta: parseStored(text).meta }]
  return { status: 200, headers: {}, body: stringifyJson({ resourceType: 'Parameters', parameter }) }
}

export const meta: Handler = async (call) => {
  const { type = '', id = '' } = call.route
  const permit = await permitOf(call, { parameters: onlyParameters(call) })
  const found = await call.deps.store.read(authorizeRead({ type, id, where: ALL }, permit.rows(type, 'r')))
  if (found?.text === undefined) throw notHere()
  return answer(found.text)
}

/** The lists that clients may change, each with what tells its items apart. */
const LISTS: ReadonlyArray<readonly [name: string, key: (item: JsonValue) => string]> = [
  ['profile', (item) => JSON.stringify(item)],
  ['tag', (item) => (isRecord(item) ? `${item.system ?? ''}|${item.code ?? ''}` : '')],
  ['security', (item) => (isRecord(item) ? `${item.system ?? ''}|${item.code ?? ''}` : '')],
]

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : [])

type Change = (stored: readonly JsonValue[], given: readonly JsonValue[], key: (item: JsonValue) => string) => readonly JsonValue[]

const add: Change = (stored, given, key) => {
  const known = new Set(stored.map(key))
  return [...stored, ...given.filter((item) => !known.has(key(item)))]
}

const remove: Change = (stored, given, key) => {
  const gone = new Set(given.map(key))
  return stored.filter((item) => !gone.has(key(item)))
}

const givenMeta = (body: JsonValue): { readonly [name: string]: JsonValue } => {
  const given = givenIn(body)
  const at = given.findIndex(({ name, member }) => name === 'meta' && member === 'valueMeta')
  const value = given[at]?.value
  if (!isRecord(value)) throw new FhirError('value', 'the parameter meta, a valueMeta, is needed')
  const wrong = LISTS.find(([name]) => value[name] !== undefined && !Array.isArray(value[name]))
  if (wrong) throw new FhirError('structure', `${wrong[0]} is a list`, { expression: `Parameters.parameter[${at}].value` })
  return value
}

const changed = (change: Change, document: JsonValue, given: { readonly [name: string]: JsonValue }): JsonValue => {
  if (!isRecord(document)) return document
  const before = isRecord(document.meta) ? document.meta : {}
  const lists = LISTS.map(([name, key]) => [name, change(listOf(before[name]), listOf(given[name]), key)] as const)
  const others = Object.entries(before).filter(([name]) => !LISTS.some(([list]) => list === name))
  const after = Object.fromEntries([...others, ...lists.filter(([, items]) => items.length > 0).map(([name, items]) => [name, [...items]])])
  return { ...document, meta: after }
}

/** Whatever answer to a write is preferred, the operation answers the meta. */
const changeBy = (change: Change): Handler => {
  const write = patchBy((_call, body) => {
    const given = givenMeta(body)
    return (document) => changed(change, document, given)
  })
  return async (call: Call) => {
    const headers = new Map([...call.fhir.request.headers].filter(([name]) => name !== 'prefer'))
    const done = await write({ ...call, fhir: { ...call.fhir, request: { ...call.fhir.request, headers } } })
    return typeof done.body === 'string' ? { ...answer(done.body), headers: done.headers } : done
  }
}

export const metaAdd = changeBy(add)
export const metaDelete = changeBy(remove)
