// An object against the members that its type has: names, lists, choices, required members, `_` companions (R4 json.html).
import { type Check, type Fields, fail, isFields, type Run, within } from './run.ts'

export interface Property {
  /** The element's name, a choice's without its type. */
  readonly name: string
  readonly list: boolean
  readonly max: number | '*'
  /** The number of its choice among the members of the type, or -1. */
  readonly choice: number
  /** The name of a primitive's `_` companion; undefined where the type has none. */
  readonly companion: string | undefined
  readonly check: Check
}

export interface ObjectRule {
  /** For people: `Patient.contact`. */
  readonly label: string
  /** By JSON name. */
  readonly properties: ReadonlyMap<string, Property>
  /** Members that must be there, in any of these spellings. */
  readonly required: ReadonlyArray<{ readonly name: string; readonly keys: readonly string[]; readonly companions: readonly string[] }>
  /** The check of a primitive's `_` companion: an Element. */
  readonly companion: Check
  /** `resourceType` is a member. */
  readonly resource: boolean
  readonly invariants: readonly Check[]
}

const NULL_ITEM = 'null stands only where the companion list has something'

const checkItem = ({ check, companion }: Property, value: unknown, own: unknown, run: Run): void => {
  if (value !== null) check(value, run, own)
  else if (companion === undefined || own === undefined || own === null) fail(run, 'structure', NULL_ITEM)
}

const checkList = (property: Property, key: string, value: unknown, companion: unknown, run: Run): void => {
  const { max } = property
  if (!Array.isArray(value)) {
    fail(run, 'structure', `${key} is a list`)
    return
  }
  if (value.length === 0) fail(run, 'structure', 'a list is not empty')
  if (max !== '*' && value.length > max) fail(run, 'structure', `there are ${value.length}, at most ${max} may be`)
  const companions: readonly unknown[] = Array.isArray(companion) ? companion : []
  for (let at = 0; at < value.length; at++) {
    run.names.push(at)
    run.keys.push(at)
    checkItem(property, value[at], companions[at], run)
    run.names.pop()
    run.keys.pop()
  }
}

const checkMember = (property: Property, key: string, value: unknown, companion: unknown, run: Run): void => {
  if (property.list) checkList(property, key, value, companion, run)
  else if (Array.isArray(value)) fail(run, 'structure', `${key} is one value, not a list`)
  else if (value === null) fail(run, 'structure', 'null is no value: leave the member out')
  else property.check(value, run, companion)
}

/** The `_` companion of a primitive: id and extensions, one for one with a list's values. */
const checkCompanion = (property: Property, value: unknown, companion: unknown, check: Check, run: Run): void => {
  if (property.list !== Array.isArray(companion)) {
    fail(run, 'structure', property.list ? 'this is a list' : 'this is one object, not a list')
    return
  }
  const values: readonly unknown[] = property.list && Array.isArray(value) ? value : [value]
  const companions: readonly unknown[] = Array.isArray(companion) ? companion : [companion]
  companions.forEach((one, at) => {
    if (!(property.list && one === null)) check(one, run, values[at] ?? undefined)
  })
}

const unknown = (rule: ObjectRule, key: string, run: Run): void =>
  within(run, key, key, () => fail(run, 'structure', `${rule.label} has no element ${key}`))

/** `_` */
const UNDERSCORE = 0x5f

const isAmong = (fields: Fields, keys: readonly string[]): boolean => {
  for (const key of keys) if (fields[key] !== undefined) return true
  return false
}

const checkRequired = (rule: ObjectRule, fields: Fields, run: Run): void => {
  for (const { name, keys, companions } of rule.required) {
    if (!isAmong(fields, keys) && !isAmong(fields, companions))
      within(run, name, name, () => fail(run, 'required', `${rule.label}.${name} is required`))
  }
}

/** Remembers which type each choice has; a second one is an error. */
const checkChoice = (property: Property, key: string, chosen: (string | undefined)[], run: Run): void => {
  const other = chosen[property.choice]
  if (other === undefined) chosen[property.choice] = key
  else if (other !== key)
    within(run, property.name, key, () => fail(run, 'structure', `${property.name} has one type; ${other} and ${key} are two`))
}

/** Goes through the members; answers whether there is anything besides an id (ele-1). */
const checkMembers = (rule: ObjectRule, fields: Fields, run: Run): boolean => {
  let content = false
  let chosen: (string | undefined)[] | undefined
  for (const key in fields) {
    if (key === 'resourceType' && rule.resource) continue
    const bare = key.charCodeAt(0) === UNDERSCORE ? key.slice(1) : key
    const property = rule.properties.get(bare)
    if (bare !== 'id') content = true
    if (!property || (bare !== key && property.companion === undefined)) {
      unknown(rule, key, run)
      continue
    }
    if (property.choice >= 0) {
      chosen ??= []
      checkChoice(property, bare, chosen, run)
    }
    run.names.push(property.name)
    run.keys.push(key)
    if (bare === key)
      checkMember(property, key, fields[key], property.companion === undefined ? undefined : fields[property.companion], run)
    else checkCompanion(property, fields[bare], fields[key], rule.companion, run)
    run.names.pop()
    run.keys.pop()
  }
  return content
}

/** The check of an object by its rule; `own` is the value that a companion stands beside. */
export const checkObject =
  (rule: ObjectRule): Check =>
  (value, run, own) => {
    if (!isFields(value)) {
      fail(run, 'structure', 'an object is expected')
      return
    }
    const before = run.errors
    if (!checkMembers(rule, value, run) && own === undefined) fail(run, 'invariant', 'ele-1: an element has a value or children')
    checkRequired(rule, value, run)
    // What is not of its type makes little sense of its constraints.
    if (run.errors > before) return
    for (const invariant of rule.invariants) invariant(value, run)
  }
