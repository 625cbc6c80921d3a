// What a Reference may lead to (R4 references.html#literal): its type is told by its text, by `type`, or by the contained resource.
import type { TypeRule } from './definition.ts'
import { type Check, fail, isFields, type Run } from './run.ts'
import type { Structures } from './structures.ts'

const LITERAL = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** The names of the types that a rule allows; undefined where any type is. */
export const allowedTypes = (types: readonly TypeRule[], structures: Structures, from?: string): ReadonlySet<string> | undefined => {
  const targets = types.flatMap((type) => type.targets ?? [])
  const names = targets.map((target) => structures.resolve(target, from)?.type ?? (target.split('|')[0] ?? '').replace(/^.*\//, ''))
  return names.length === 0 || names.includes('Resource') ? undefined : new Set(names)
}

const containedType = ({ environment: { rootResource, resource } }: Run, id: string): string | undefined => {
  const container = rootResource ?? resource
  const contained: unknown = isFields(container) ? container.contained : undefined
  const found = (Array.isArray(contained) ? contained : []).find((one) => isFields(one) && one.id === id)
  return isFields(found) && typeof found.resourceType === 'string' ? found.resourceType : undefined
}

/** The type that a literal reference says; undefined where it says none, as `urn:uuid:` and foreign urls do. */
export const typeOfReference = (reference: string, run: Run, structures: Structures): string | undefined => {
  if (reference.startsWith('#')) return containedType(run, reference.slice(1))
  const [, type = ''] = LITERAL.exec(reference) ?? []
  return structures.type(type)?.kind === 'resource' ? type : undefined
}

/** The check of a Reference against the types that it may lead to. */
export const referenceCheck = (allowed: ReadonlySet<string>, structures: Structures): Check => {
  const expected = [...allowed].sort().join(', ')
  return (value, run) => {
    if (!isFields(value)) return
    const said = typeof value.reference === 'string' ? typeOfReference(value.reference, run, structures) : undefined
    for (const type of [said, value.type]) {
      if (typeof type !== 'string' || allowed.has(type) || structures.type(type)?.kind !== 'resource') continue
      fail(run, 'value', `this leads to a ${type}; expected is ${expected}`)
      return
    }
  }
}
