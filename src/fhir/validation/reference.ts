// References (R4 references.html): what kind of resource one leads to, as far as it says, and that a local one leads somewhere.
import type { TypeRule } from './definition.ts'
import { type Check, type Fields, isFields, type Run } from './run.ts'
import type { Structures } from './structures.ts'

const CORE = 'http://hl7.org/fhir/StructureDefinition/'
const LITERAL = /^(https?:\/\/.*\/)?([A-Z][A-Za-z]{1,63})\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/
const CONDITIONAL = /^([A-Z][A-Za-z]{1,63})\?/

/** What a literal reference says of its target's type; undefined: nothing that is known here. */
export const literalType = (reference: string, run: Run, isType: (name: string) => boolean): string | undefined => {
  if (reference.charCodeAt(0) === 35) return run.contained().get(reference.slice(1))
  const entry = run.entryTypes?.get(reference)
  if (entry !== undefined) return entry
  const [, absolute, type] = LITERAL.exec(reference) ?? []
  // Another server may serve what is no type here; a path of our own may not.
  if (type !== undefined) return absolute === undefined || isType(type) ? type : undefined
  return CONDITIONAL.exec(reference)?.[1]
}

const declaredType = ({ type }: Fields): string | undefined => (typeof type === 'string' ? type.replace(CORE, '') : undefined)

/** Names of the types that a rule allows; undefined: any, or one that is a profile which is not at hand. */
export const targetTypes = ({ targets }: TypeRule, structures: Structures, from?: string): ReadonlySet<string> | undefined => {
  if (!targets) return undefined
  const types = targets.map((target) => {
    const name = target.startsWith(CORE) ? target.slice(CORE.length) : ''
    return structures.type(name) ? name : structures.resolve(target, from)?.type
  })
  const known = types.flatMap((type) => type ?? [])
  return known.length < types.length || known.includes('Resource') ? undefined : new Set(known)
}

/** Does a reference lead to one of these types. */
export const targetCheck = (targets: ReadonlySet<string>, isType: (name: string) => boolean): Check => {
  const allowed = [...targets].join(', ')
  return (value, run) => {
    if (!isFields(value)) return
    const { reference } = value
    const type = (typeof reference === 'string' ? literalType(reference, run, isType) : undefined) ?? declaredType(value)
    if (type !== undefined && !targets.has(type)) run.error('value', `a reference to ${type} is not allowed here, only to ${allowed}`)
  }
}

/** ref-1, and that `type` says what the reference says (R4 references.html#Reference). */
export const referenceRules =
  (isType: (name: string) => boolean): Check =>
  (value, run) => {
    if (!isFields(value)) return
    const { reference, type } = value
    if (typeof reference !== 'string') return
    if (reference.charCodeAt(0) === 35) checkLocal(reference.slice(1), run)
    if (type === undefined) return
    const [literal, declared] = [literalType(reference, run, isType), declaredType(value)]
    if (literal !== undefined && declared !== undefined && literal !== declared) {
      run.error('value', `the reference is to ${literal}, its type says ${declared}`, 'type')
    }
  }

const checkLocal = (id: string, run: Run): void => {
  const { resource, rootResource } = run.environment
  const found = id === '' ? resource !== rootResource : run.contained().has(id)
  if (!found) run.error('invariant', `ref-1: no contained resource is called ${JSON.stringify(id)}`)
}
