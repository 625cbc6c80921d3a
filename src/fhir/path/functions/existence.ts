// FHIRPath 2.0 §Existence, and R4's hasValue().
import { ExactNumber } from '../../../http/json.ts'
import { type Collection, count, type Item, isEmpty, items, PathError, raw, single, truth } from '../collection.ts'
import { distinct, membership } from '../equality.ts'
import { argument, type FunctionTable, ofInput, ofTwo, visitEach } from './function.ts'

const booleans = (input: Collection): readonly boolean[] =>
  items(input).map((item) => {
    const value = truth(item)
    if (value === undefined) throw new PathError('booleans were expected')
    return value
  })

const isSubset = (left: Collection, right: Collection): boolean => items(left).every(membership(items(right)))

/** The value of the one primitive there is (R4 fhirpath.html#functions). */
const primitive = (input: Collection): Item | undefined => {
  const item = count(input) === 1 ? single(input) : undefined
  const value = item === undefined ? undefined : raw(item)
  return typeof value !== 'object' || value instanceof ExactNumber ? value : undefined
}

const not = (input: Collection): Collection => {
  const value = truth(input)
  return value === undefined ? undefined : !value
}

export const EXISTENCE: FunctionTable = {
  empty: ofInput(isEmpty),
  exists: {
    min: 0,
    max: 1,
    compile: (of, args) => {
      const criterion = args[0]
      if (!criterion) return (self, scope) => !isEmpty(of(self, scope))
      return (self, scope) => visitEach(of(self, scope), scope, (item) => truth(criterion(item, scope)) === true)
    },
  },
  all: {
    min: 1,
    max: 1,
    compile: (of, args) => {
      const criterion = argument(args)
      return (self, scope) => !visitEach(of(self, scope), scope, (item) => truth(criterion(item, scope)) !== true)
    },
  },
  not: ofInput(not),
  allTrue: ofInput((input) => booleans(input).every(Boolean)),
  anyTrue: ofInput((input) => booleans(input).some(Boolean)),
  allFalse: ofInput((input) => !booleans(input).some(Boolean)),
  anyFalse: ofInput((input) => !booleans(input).every(Boolean)),
  count: ofInput(count),
  distinct: ofInput(distinct),
  isDistinct: ofInput((input) => distinct(input).length === count(input)),
  subsetOf: ofTwo(isSubset),
  supersetOf: ofTwo((input, other) => isSubset(other, input)),
  hasValue: ofInput((input) => primitive(input) !== undefined),
  getValue: ofInput(primitive),
}
