// Invariants written by hand: those that stand on nearly every element, and one that FHIRPath can only say in quadratic time.
import { type Fields, fieldsOf, type Item, items } from './collection.ts'
import { memberStep } from './navigate.ts'
import type { Environment } from './scope.ts'

type ByHand = (focus: unknown, environment: Environment) => boolean

/** ele-1: a value, or children besides the id. */
const hasContent: ByHand = (focus) => {
  if (typeof focus !== 'object' || focus === null) return focus !== undefined && focus !== null
  const fields = fieldsOf(focus as Item)
  if (fields === undefined) return true
  for (const name in fields) if (name !== 'id' && name !== '_id') return true
  return fields !== focus && fields.value !== undefined
}

const containedStep = memberStep('contained')

/** Local references (`#c1`) anywhere below: those of Reference, and canonical, uri and url, which JSON cannot tell from other strings. */
const localReferences = (value: unknown, found: Set<string>): void => {
  if (typeof value === 'string') {
    if (value.charCodeAt(0) === 35) found.add(value)
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) localReferences(inner, found)
  }
}

const refersToItsContainer = (contained: Fields): boolean => {
  const found = new Set<string>()
  localReferences(contained, found)
  return found.has('#')
}

/** dom-3: each contained resource is referred to, or refers to the one that contains it. */
const everyContainedIsReferredTo: ByHand = (focus, { resource }) => {
  const contained = items(containedStep(focus as Item))
  if (contained.length === 0) return true
  const found = new Set<string>()
  localReferences(resource, found)
  return contained.every((item) => {
    const fields = fieldsOf(item)
    return fields !== undefined && (found.has(`#${String(fields.id)}`) || refersToItsContainer(fields))
  })
}

/** By expression. */
export const BY_HAND: ReadonlyMap<string, ByHand> = new Map([
  ['hasValue() or (children().count() > id.count())', hasContent],
  [
    "contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical) | %resource.descendants().as(uri) | %resource.descendants().as(url))) or descendants().where(reference = '#').exists() or descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()",
    everyContainedIsReferredTo,
  ],
])
