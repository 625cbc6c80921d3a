// Documents to entries: what a bundle asks to be done, whichever form it is written in (design, "Accepted as bundle input").
import { isMap } from 'yaml'
import { VALIDATION_MODES, type ValidationMode } from '../fhir/validated.ts'
import { type JsonValue, MalformedBody, parseJson } from '../http/json.ts'
import type { Position } from './diagnostic.ts'
import { jsonOf } from './json-source.ts'
import { isUnlocated } from './package/locate.ts'
import { parseText } from './parse.ts'
import type { TextSource } from './read.ts'
import { isUnserved, readEntryUrl, readMethod } from './url.ts'
import { type Located, located, locator, type Path, type Reporter } from './values.ts'

export interface Entry {
  readonly position: Position
  readonly mode: 'transaction' | 'batch' | 'list'
  /** The file. */
  readonly source: string
  readonly method: 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  readonly type: string
  readonly id?: string
  /** Decimals whose spelling matters are ExactNumber; empty for DELETE. */
  readonly resource: Readonly<Record<string, JsonValue>>
  readonly ifNoneExist?: string
  readonly fullUrl?: string
  /** Left out with a warning where it is wrong: a definition of a package, which nobody here can mend. */
  readonly optional?: true
  /** A line of a large file: its resource is read each time it is asked for. */
  readonly unread?: true
  /** Where the bundle says itself how its resources are validated. */
  readonly validation?: ValidationMode
  /** And whether their references lead to something. */
  readonly references?: ValidationMode
  /** The place of a path in the resource, or of its last key. */
  locate(path: Path, of?: 'key' | 'value'): Position
}

type Fields = Readonly<Record<string, JsonValue>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const within =
  (outer: Located, prefix: Path): Located['locate'] =>
  (path, of) =>
    outer.locate([...prefix, ...path], of)
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** A bare resource: `PUT Type/id`. */
const listEntry = (resource: JsonValue, locate: Located['locate'], mode: Entry['mode'], source: string, to: Reporter): Entry[] => {
  const refuse = (path: Path, code: string, message: string): Entry[] => {
    to.report(locate(path), 'error', code, message)
    return []
  }
  if (!isFields(resource)) return refuse([], 'not-a-resource', 'a resource is a mapping with resourceType and id')
  const type = textOf(resource.resourceType)
  if (type === undefined) return refuse(['resourceType'], 'missing-type', 'the resource has no resourceType')
  if (isUnserved(type)) {
    to.report(locate([]), 'warning', 'not-served', `${type} is not served yet; this resource is skipped`)
    return []
  }
  const id = textOf(resource.id)
  if (id === undefined) return refuse(['id'], 'missing-id', `the ${type} has no id, or one that is not text`)
  return [{ position: locate([]), mode, source, method: 'PUT', type, id, resource, locate }]
}

type Refusal = readonly [path: Path, severity: 'error' | 'warning', code: string, message: string]

/** Why an entry with a request cannot be read, or what its request says. */
const readRequest = (entry: Fields): { method: Entry['method']; type: string; id: string | undefined; body: Fields } | Refusal => {
  const request = isFields(entry.request) ? entry.request : {}
  const url = readEntryUrl(textOf(request.url) ?? '')
  if ('skipped' in url) return [['request', 'url'], 'warning', 'not-served', url.skipped]
  if ('error' in url) return [['request', 'url'], 'error', 'bad-url', url.error]
  if (isUnserved(url.type)) return [[], 'warning', 'not-served', `${url.type} is not served yet; this entry is skipped`]
  const method = readMethod(request.method)
  if (typeof method === 'object') return [['request', 'method'], 'error', 'bad-method', method.error]
  const body = isFields(entry.resource) ? entry.resource : undefined
  if (!body && method !== 'DELETE') return [['resource'], 'error', 'missing-resource', `a ${method} entry needs a resource`]
  const id = url.id ?? textOf(body?.id)
  const missing = `a ${method} entry needs an id, as in ${url.type}/my-id`
  if (id === undefined && method !== 'POST') return [['request', 'url'], 'error', 'missing-id', missing]
  return refuseBody(method, url.type, body ?? {}) ?? { method, type: url.type, id, body: method === 'DELETE' ? {} : (body ?? {}) }
}

const refuseBody = (method: Entry['method'], type: string, { resourceType }: Fields): Refusal | undefined => {
  if (method === 'PATCH' && (resourceType === 'Parameters' || resourceType === 'Binary')) {
    return [[], 'warning', 'not-served', 'a PATCH entry holds a merge patch; this entry is skipped']
  }
  if (resourceType === undefined || resourceType === type) return undefined
  return [['resource', 'resourceType'], 'error', 'type-mismatch', `the URL says ${type}, the resource says ${JSON.stringify(resourceType)}`]
}

/** `packages: [hl7.fhir.us.core.tgz, https://…]`: each by its name, or `{package, registry}`. */
const packagesOf = (packages: JsonValue, locate: Located['locate'], to: Reporter): void => {
  for (const [at, one] of (Array.isArray(packages) ? packages : [packages]).entries()) {
    const [spec, registry] = isFields(one) ? [textOf(one.package), textOf(one.registry)] : [textOf(one), undefined]
    const place = locate(Array.isArray(packages) ? [at] : [])
    if (spec === undefined) to.report(place, 'error', 'not-a-package', 'a package is a path, a URL or name@version')
    else to.needs(place, { spec, registry })
  }
}

const INSTALL = /^\/?(?:fhir\/)?\$fhir-package-install$/

/** Aidbox's `$fhir-package-install` as an entry: what its Parameters name. */
const installEntry = (resource: JsonValue | undefined, locate: Located['locate'], mode: Entry['mode'], to: Reporter): void => {
  const parameters = isFields(resource) && Array.isArray(resource.parameter) ? resource.parameter.filter(isFields) : []
  const given = ({ valueString, valueUrl, valueUri }: Fields): string | undefined => textOf(valueString ?? valueUrl ?? valueUri)
  const registry = parameters.filter(({ name }) => name === 'registry').map(given)[0]
  const specs = parameters.filter(({ name }) => name === 'package').flatMap((one) => given(one) ?? [])
  if (specs.length === 0) to.report(locate(['resource']), 'error', 'not-a-package', '$fhir-package-install needs a package')
  for (const spec of specs) {
    const message = `the package ${spec} is of a registry, and which one is not said; it is skipped`
    if (isUnlocated({ spec, registry })) to.report(locate(['resource']), 'warning', 'package', message)
    else to.needs(locate(['resource']), { spec, registry, optional: mode === 'batch' })
  }
}

/** An entry with `request`; the URL's type and id win over the resource's (design, "Bundles"). */
const requestEntry = (entry: Fields, locate: Located['locate'], mode: Entry['mode'], source: string, to: Reporter): Entry[] => {
  if (isFields(entry.request) && INSTALL.test(textOf(entry.request.url) ?? '')) {
    installEntry(entry.resource, locate, mode, to)
    return []
  }
  const read = readRequest(entry)
  if (!('method' in read)) {
    const [path, severity, code, message] = read
    to.report(locate(path), severity, code, message)
    return []
  }
  const { method, type, id, body } = read
  const ifNoneExist = isFields(entry.request) ? textOf(entry.request.ifNoneExist) : undefined
  const fullUrl = textOf(entry.fullUrl)
  return [
    {
      position: locate([]),
      mode,
      source,
      method,
      type,
      ...(id === undefined ? {} : { id }),
      resource: method === 'DELETE' ? {} : { ...body, resourceType: type, ...(id === undefined ? {} : { id }) },
      ...(ifNoneExist === undefined ? {} : { ifNoneExist }),
      ...(fullUrl === undefined ? {} : { fullUrl }),
      locate: (path, of) => locate(['resource', ...path], of),
    },
  ]
}

/** A batch skips what fails, with a warning (design, "Bundles"). */
const lenient = (to: Reporter): Reporter => ({
  ...to,
  report: (position, _, code, message) => to.report(position, 'warning', code, message),
})

const bundleEntries = (bundle: Fields, outer: Located, source: string, given: Reporter): Entry[] => {
  const { type, entry } = bundle
  const to = type === 'batch' ? lenient(given) : given
  if (type !== 'transaction' && type !== 'batch' && type !== 'collection') {
    to.report(outer.locate(['type']), 'error', 'bundle-type', 'the type of a Bundle is transaction, batch or collection')
    return []
  }
  if (entry !== undefined && !Array.isArray(entry)) {
    to.report(outer.locate(['entry']), 'error', 'not-a-resource', 'the entry of a Bundle is a list')
    return []
  }
  const mode = type === 'batch' ? 'batch' : 'transaction'
  return (entry ?? []).flatMap((item, at) => {
    const locate = within(outer, ['entry', at])
    if (isFields(item) && isFields(item.request)) return requestEntry(item, locate, mode, source, to)
    if (type !== 'collection') {
      to.report(locate([]), 'error', 'missing-request', 'the entry has no request with method and url')
      return []
    }
    return listEntry(isFields(item) ? (item.resource ?? null) : null, within(outer, ['entry', at, 'resource']), mode, source, to)
  })
}

/** Aidbox's published bundles leave `resourceType: Bundle` out (aidbox-behaviour §0.11). */
const isUnnamedBundle = ({ resourceType, type, entry }: Fields): boolean =>
  resourceType === undefined && typeof type === 'string' && Array.isArray(entry)

const MODES: ReadonlyMap<unknown, ValidationMode> = new Map(VALIDATION_MODES.map((mode) => [mode, mode]))

/** `validation: report` and `references: report` beside `resources`. */
const modesOf = (bundle: Fields, outer: Located, to: Reporter): Pick<Entry, 'validation' | 'references'> => {
  const modeOf = (name: 'validation' | 'references'): ValidationMode | undefined => {
    const mode = MODES.get(bundle[name])
    if (bundle[name] !== undefined && !mode) {
      to.report(outer.locate([name]), 'error', 'unknown-value', `${name} is ${VALIDATION_MODES.join(', ')}`)
    }
    return mode
  }
  const [validation, references] = [modeOf('validation'), modeOf('references')]
  return { ...(validation && { validation }), ...(references && { references }) }
}

const documentEntries = (outer: Located, source: string, to: Reporter): Entry[] => {
  const { value } = outer
  if (value === null) return []
  const list = (items: readonly JsonValue[], prefix: Path) =>
    items.flatMap((item, at) => listEntry(item, within(outer, [...prefix, at]), 'list', source, to))
  if (Array.isArray(value)) return list(value, [])
  if (!isFields(value)) return listEntry(value, outer.locate, 'list', source, to)
  if (value.resourceType === 'Bundle' || isUnnamedBundle(value)) return bundleEntries(value, outer, source, to)
  if (value.resourceType === undefined && isFields(value.request)) return requestEntry(value, outer.locate, 'batch', source, to)
  if (value.resourceType !== undefined || !('resources' in value)) return listEntry(value, outer.locate, 'list', source, to)
  if (value.packages !== undefined) packagesOf(value.packages, (path) => outer.locate(['packages', ...path]), to)
  const modes = modesOf(value, outer, to)
  if (Array.isArray(value.resources)) {
    return list(value.resources, ['resources']).map((entry) => ({ ...entry, ...modes }))
  }
  to.report(outer.locate(['resources']), 'error', 'not-a-resource', 'resources is a list')
  return []
}

/** One line of NDJSON: no substitution, and places within it are looked up only when they are asked for. */
export const lineEntry = (file: string, line: number, content: string, to: Reporter): Entry | undefined => {
  const locate: Located['locate'] = (path, of) => {
    if (path.length === 0) return { file, line, col: 1 }
    const { documents, at } = parseText(file, content)
    const found = documents[0]?.contents
    return isMap(found) ? { ...locator(found, at)(path, of), line } : { file, line, col: 1 }
  }
  try {
    return listEntry(parseJson(content), locate, 'list', file, to)[0]
  } catch (error) {
    if (!(error instanceof MalformedBody)) throw error
    const col = Number(/:(\d+)\)$/.exec(error.message)?.[1] ?? 1)
    to.report({ file, line, col }, 'error', 'syntax', error.message.replace(/ \(\d+:\d+\)$/, ''))
    return undefined
  }
}

const HEAD = /^\{"resourceType":"([A-Za-z]+)","id":"([A-Za-z0-9\-.]{1,64})",/

/** A line that has been checked: what it is about, without reading the rest where it stands first. */
export const checkedLine = (file: string, line: number, content: string, to: Reporter): Entry | undefined => {
  const [, type, id] = HEAD.exec(content) ?? []
  const whole = type === undefined || isUnserved(type) ? lineEntry(file, line, content, to) : undefined
  const named = whole ?? { type, id }
  if (named.type === undefined || named.id === undefined) return undefined
  return {
    position: { file, line, col: 1 },
    mode: 'list',
    source: file,
    method: 'PUT',
    type: named.type,
    id: named.id,
    unread: true,
    get resource() {
      const value = parseJson(content)
      return isFields(value) ? value : {}
    },
    locate: () => ({ file, line, col: 1 }),
  }
}

/** Every entry of a source; what is wrong with its form goes to the reporter. */
export const entriesOf = (source: TextSource, to: Reporter): readonly Entry[] => {
  const json = jsonOf(source)
  if (json) return documentEntries(json, source.file, to)
  const { documents, diagnostics, at } = parseText(source.file, source.text)
  for (const { severity, code, message, ...position } of diagnostics) to.report(position, severity, code, message)
  if (diagnostics.length > 0) return []
  return documents.flatMap((document) => (document.contents ? documentEntries(located(document.contents, at, to), source.file, to) : []))
}
