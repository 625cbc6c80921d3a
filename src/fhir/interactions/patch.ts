// FHIR patch (R4 http.html#patch), in three languages, also by a condition. What is judged is the resource that results.

import { type JsonValue, parseJson, stringifyJson } from '../../http/json.ts'
import { versionOf } from '../../http/preconditions.ts'
import { ALL } from '../../store/criterion.ts'
import { and, authorizeRead } from '../../store/plan.ts'
import type { StoredResource } from '../../store/store.ts'
import type { Call, Handler } from '../call.ts'
import { conditionOf, matchOf } from '../conditional.ts'
import { FhirError } from '../outcome.ts'
import { onlyParameters } from '../parameters.ts'
import { fhirpathPatch } from '../patch/fhirpath-patch.ts'
import { jsonPatch } from '../patch/json-patch.ts'
import { mergePatch } from '../patch/merge-patch.ts'
import { type Permit, permitOf } from '../permit.ts'
import type { FhirResponse } from '../request.ts'
import { asResource, isRecord, isResource, type Resource, readBody } from '../resource.ts'
import { validated } from '../validated.ts'
import { refusalOf, type Write, writeOne } from '../write.ts'
import { answerWritten, written } from './create.ts'
import { notHere } from './read.ts'

export type Patch = (document: JsonValue) => JsonValue
/** From a body to what it does to a resource. */
type ReadPatch = (call: Call, body: JsonValue) => Patch

/** What was made of JSON values holds no others. */
const asValue = (resource: Resource): JsonValue => (isRecord(resource) ? resource : null)

/** A JSON Patch may come in a Binary, which is how it stands in a Bundle (R4 http.html#jsonpatch-transaction). */
const inBinary = (value: JsonValue): JsonValue | undefined => {
  if (!isRecord(value) || value.resourceType !== 'Binary' || typeof value.data !== 'string') return undefined
  return parseJson(Buffer.from(value.data, 'base64'))
}

/** At the root a patch is of the resource as Aidbox spells it: `/subject/id`, `{deceased: null}`. */
const spelt = (call: Call, patch: Patch): Patch => {
  const { formats } = call.deps
  if (call.fhir.format !== 'aidbox' || !formats) return patch
  return (document) => {
    const patched = patch(isRecord(document) ? asValue(formats.toAidbox(document)) : document)
    return isRecord(patched) ? asValue(formats.toFhir(patched)) : patched
  }
}

/** A merge patch in Aidbox's spelling; members in FHIR's are understood too, and a Bundle's entries were converted with it. */
const mergeOf = (call: Call, value: { readonly [name: string]: JsonValue }): JsonValue => {
  const { formats } = call.deps
  const { type = '' } = call.route
  if (call.fhir.format !== 'aidbox' || !formats) return { ...value }
  return asValue(formats.toAidbox(formats.toFhir({ resourceType: type, ...value })))
}

const patchOf = (call: Call, value: JsonValue): Patch => {
  const contentType = call.fhir.request.headers.get('content-type') ?? ''
  // RFC 7396 §2: what is no object would replace the whole resource.
  const isMerge = /merge-patch/.test(contentType)
  const list = inBinary(value) ?? value
  if (!isMerge && (Array.isArray(list) || /json-patch/.test(contentType))) return spelt(call, (document) => jsonPatch(document, list))
  if (!isRecord(value)) throw new FhirError('structure', 'the patch is neither a list nor an object')
  if (value.resourceType === 'Parameters') return (document) => fhirpathPatch(document, value, call.deps.definitions)
  const merge = mergeOf(call, value)
  return spelt(call, (document) => mergePatch(document, merge))
}

const patched = (call: Call, permit: Permit, found: StoredResource, patch: Patch): Write | FhirResponse => {
  const { type, id } = found
  const match = call.fhir.request.headers.get('if-match')
  const ifMatch = match === undefined || match.trim() === '*' ? undefined : versionOf(match)
  if (ifMatch !== undefined && ifMatch !== found.version) throw refusalOf({ outcome: 'version-mismatch' })
  const before = parseJson(found.text ?? '')
  const result = patch(before)
  const resource = asResource(result, type)
  if (resource.id !== id) throw new FhirError('value', 'a patch cannot change the id', { expression: `${type}.id` })
  if (stringifyJson(result) === stringifyJson(before)) return written(call, 200, found)
  return {
    type,
    id,
    resource,
    terms: { create: false, replace: true, ifMatch: found.version },
    stored: permit.rows(type, 'u'),
    submitted: permit.rows(type, 'u'),
    rows: permit.rows,
    answer: answerWritten(call),
  }
}

const visible = (call: Call, permit: Permit, id: string) => {
  const { type = '' } = call.route
  return call.deps.store.read(authorizeRead({ type, id, where: ALL }, permit.rows(type, 'u')))
}

/** The patch as a write of what results; its answer where nothing changes. */
const prepareWith =
  (patchOf: ReadPatch) =>
  async (call: Call): Promise<Write | FhirResponse> => {
    const parameters = onlyParameters(call)
    const body = await readBody(call.fhir)
    const permit = await permitOf(call, { parameters, ...(isResource(body) && { resource: body }) })
    const found = await visible(call, permit, call.route.id ?? '')
    if (!found) throw notHere()
    if (found.text === undefined) throw new FhirError('deleted', 'the resource was deleted')
    return patched(call, permit, found, patchOf(call, body))
  }

export const preparePatch = prepareWith(patchOf)

/** None: 404; one: patched; more: 412. */
export const prepareConditionalPatch = async (call: Call): Promise<Write | FhirResponse> => {
  const body = await readBody(call.fhir)
  const { query } = call.fhir.request
  const condition = conditionOf(call, query)
  const permissions = [...call.route.permissions, 's'] as const
  const permit = await permitOf(call, { parameters: condition.understood(query), permissions, ...(isResource(body) && { resource: body }) })
  const { found, where } = await matchOf(call, condition, permit, 'u')
  if (!found) throw notHere()
  const write = patched(call, permit, found, patchOf(call, body))
  return 'status' in write ? write : { ...write, stored: and(write.stored, where) }
}

const ATTEMPTS = 5

/** Another write between the read and ours is no fault of the client's, unless it named the version. */
const attempt =
  (prepare: (call: Call) => Promise<Write | FhirResponse>): Handler =>
  async (call) => {
    for (let left = ATTEMPTS; ; left--) {
      const prepared = await prepare(call)
      if ('status' in prepared) return prepared
      try {
        return await writeOne(call.deps, await validated(call, prepared))
      } catch (error) {
        const raced = error instanceof FhirError && error.status === 412 && !call.fhir.request.headers.has('if-match')
        if (!raced || left <= 1) throw error
      }
    }
  }

export const patch: Handler = attempt(preparePatch)
/** Any other change of a stored resource, under the same conditions. */
export const patchBy = (read: ReadPatch): Handler => attempt(prepareWith(read))
export const conditionalPatch: Handler = attempt(prepareConditionalPatch)
