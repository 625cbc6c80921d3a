// A parsed document to plain values, with the place of each: strings are substituted here, and decimals keep their spelling.
import { isMap, isScalar, isSeq, type Node } from 'yaml'
import { ExactNumber, FORBIDDEN_NAMES, type JsonValue, LONE_SURROGATE, MAX_DEPTH } from '../http/json.ts'
import type { Position } from './diagnostic.ts'
import type { PackageReference } from './package/locate.ts'
import { type Sources, substitute } from './substitute.ts'

export type Path = ReadonlyArray<string | number>

export interface Located {
  readonly value: JsonValue
  /** The place of a value, or of its key; of the nearest thing around it where it is absent. */
  locate(path: Path, of?: 'key' | 'value'): Position
}

export interface Reporter {
  readonly sources: Sources
  readonly secrets: Set<string>
  report(position: Position, severity: 'error' | 'warning', code: string, message: string): void
  /** The bundle asks for a package. */
  needs(position: Position, reference: PackageReference): void
}

type At = (offset: number) => Position

const offsetOf = (node: unknown): number => (isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? 0) : 0)
const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key)

/** The place of a path below a node. */
export const locator =
  (root: unknown, at: At): Located['locate'] =>
  (path, of = 'value') => {
    let node: unknown = root
    let offset = offsetOf(root)
    for (const [depth, step] of path.entries()) {
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => nameOf(key) === String(step))
        if (!pair) break
        node = pair.value
        offset = offsetOf((of === 'key' && depth === path.length - 1) || node === null ? pair.key : node)
      } else if (isSeq(node) && node.items[Number(step)] !== undefined) {
        node = node.items[Number(step)]
        offset = offsetOf(node)
      } else break
    }
    return at(offset)
  }

const numberOf = (value: number, source: string | undefined): JsonValue =>
  source !== undefined && /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(source) && JSON.stringify(value) !== source
    ? new ExactNumber(source)
    : value

const stringOf = (text: string, position: Position, reporter: Reporter): string => {
  if (!text.includes('${')) return text
  const done = substitute(text, reporter.sources)
  for (const secret of done.secrets) reporter.secrets.add(secret)
  for (const { severity, code, message } of done.problems) reporter.report(position, severity, code, message)
  return done.text
}

/** Values of a node, with substitution. What cannot stand in JSON is reported and null. */
export const plainOf = (node: unknown, at: At, reporter: Reporter, depth = 1): JsonValue => {
  const refuse = (on: unknown, message: string): null => {
    reporter.report(at(offsetOf(on)), 'error', 'syntax', message)
    return null
  }
  if (depth > MAX_DEPTH) return refuse(node, `nested deeper than ${MAX_DEPTH} levels`)
  if (isSeq(node)) return node.items.map((item) => plainOf(item, at, reporter, depth + 1))
  if (isMap(node)) {
    const members: { [name: string]: JsonValue } = {}
    for (const { key, value } of node.items) {
      const name = nameOf(key)
      if (!isScalar(key) || FORBIDDEN_NAMES.has(name)) refuse(key, 'this is not allowed as a key')
      else members[name] = plainOf(value, at, reporter, depth + 1)
    }
    return members
  }
  if (!isScalar(node)) return null
  const { value, source } = node
  if (typeof value === 'string' && LONE_SURROGATE.test(value)) return refuse(node, 'half of a surrogate pair is no character')
  if (typeof value === 'string') return stringOf(value, at(offsetOf(node)), reporter)
  if (typeof value === 'number') return Number.isFinite(value) ? numberOf(value, source) : refuse(node, 'this number is not finite')
  return typeof value === 'boolean' || value === null ? value : refuse(node, 'this value has no JSON form')
}

/** A node with its value and places. */
export const located = (node: Node, at: At, reporter: Reporter): Located => ({
  value: plainOf(node, at, reporter),
  locate: locator(node, at),
})
