// FHIRPath 2.0 §Filtering and projection, §Subsetting, §Combining, §Tree navigation.
import { type Collection, flatMap, type Item, isMany, items, single, text, truth } from '../collection.ts'
import { compareNumbers, isNumber } from '../decimal.ts'
import { distinct, membership } from '../equality.ts'
import { children, descendants } from '../navigate.ts'
import type { Evaluate } from '../scope.ts'
import { argument, type FunctionTable, ofInput, ofTwo, visitEach } from './function.ts'

const where =
  (of: Evaluate, criterion: Evaluate): Evaluate =>
  (self, scope) => {
    const input = of(self, scope)
    if (input === undefined) return undefined
    const found: Item[] = []
    visitEach(input, scope, (item) => {
      if (truth(criterion(item, scope)) === true) found.push(item as Item)
      return false
    })
    return found
  }

const select =
  (of: Evaluate, projection: Evaluate): Evaluate =>
  (self, scope) => {
    const outer = scope.index
    const found = flatMap(of(self, scope), (item, at) => {
      scope.index = at
      return projection(item, scope)
    })
    scope.index = outer
    return found
  }

/** Each element once: objects by identity, so that two equal ones are both there. */
const repeat =
  (of: Evaluate, projection: Evaluate): Evaluate =>
  (self, scope) => {
    const found = new Set<Item>()
    for (let level = items(of(self, scope)); level.length > 0; ) {
      const next = level.flatMap((item) => items(projection(item, scope))).filter((item) => !found.has(item))
      for (const item of next) found.add(item)
      level = next
    }
    return [...found]
  }

const atNumber = (collection: Collection): number => {
  const item = single(collection)
  return isNumber(item) && compareNumbers(item, 0) > 0 ? Number(item) : 0
}

const slice = (input: Collection, from: number, to?: number): Collection => items(input).slice(from, to)

const union = (left: Collection, right: Collection): Collection => distinct([...items(left), ...items(right)])

export const SUBSETS: FunctionTable = {
  where: { min: 1, max: 1, compile: (of, args) => where(of, argument(args)) },
  select: { min: 1, max: 1, compile: (of, args) => select(of, argument(args)) },
  repeat: { min: 1, max: 1, compile: (of, args) => repeat(of, argument(args)) },
  iif: {
    min: 2,
    max: 3,
    compile: (of, args) => {
      const [criterion, then, otherwise] = [argument(args), argument(args, 1), argument(args, 2)]
      return (self, scope) => {
        const input = of(self, scope)
        return truth(criterion(input, scope)) === true ? then(input, scope) : otherwise(input, scope)
      }
    },
  },
  single: ofInput(single),
  first: ofInput((input) => (isMany(input) ? input[0] : input)),
  last: ofInput((input) => (isMany(input) ? input.at(-1) : input)),
  tail: ofInput((input) => slice(input, 1)),
  skip: ofTwo((input, number) => slice(input, atNumber(number))),
  take: ofTwo((input, number) => slice(input, 0, atNumber(number))),
  intersect: ofTwo((input, other) => distinct(items(input).filter(membership(items(other))))),
  exclude: ofTwo((input, other) => {
    const excluded = membership(items(other))
    return items(input).filter((item) => !excluded(item))
  }),
  union: ofTwo(union),
  combine: ofTwo((input, other) => [...items(input), ...items(other)]),
  children: ofInput(children),
  descendants: ofInput(descendants),
  // Its name and its projection are for a log that this server does not keep.
  trace: { min: 1, max: 2, compile: (of) => of },
  join: {
    min: 0,
    max: 1,
    compile: (of, args) => (self, scope) => {
      const texts = items(of(self, scope)).flatMap((item) => text(item) ?? [])
      return texts.length === 0 ? undefined : texts.join(text(argument(args)(self, scope)) ?? '')
    },
  },
}
