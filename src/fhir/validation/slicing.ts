// Slices of a list (R4 profiling.html#slicing): each item in the first slice that it matches, each slice with its own rules and number.
import { checkCount } from './count.ts'
import { type Match, type MatchDependencies, matchOf } from './discriminator.ts'
import { each, type Place } from './each.ts'
import type { Node } from './profile-tree.ts'
import type { Run } from './run.ts'

/** Checks one value in its slice. */
type SliceCheck = (value: unknown, run: Run, own: unknown) => void

interface Slice {
  readonly label: string
  /** For people: `component:SystolicBP`. */
  readonly what: string
  readonly min: number
  readonly max: number
  readonly match: Match
  readonly check: SliceCheck | undefined
}

/** How many items each slice has, and whether one in none of them was there. */
interface Tally {
  readonly counts: number[]
  open: boolean
}

/** Checks the values of a sliced element. */
export type Sliced = (value: unknown, own: unknown, name: string, run: Run) => void

/** Extensions are sliced by url, whether a profile says so or not (R4 extensibility.html). */
const BY_URL = { rules: 'open', discriminators: [{ type: 'value', path: 'url' }] } as const

/** The slicing check; undefined where no slice asks anything, or none can be told from the others. */
export const slicesOf = (node: Node, checkOf: (slice: Node) => SliceCheck | undefined, deps: MatchDependencies): Sliced | undefined => {
  const slicing = node.rule.slicing ?? (node.rule.types?.[0]?.code === 'Extension' ? BY_URL : undefined)
  if (!slicing || node.slices.length === 0) return undefined
  const total = node.rule.max === '*' ? Number.POSITIVE_INFINITY : node.rule.max
  const slices = node.slices.flatMap((slice): Slice[] => {
    const match = matchOf(slice, slicing.discriminators, deps)
    if (!match) return []
    const { min, max, slice: label = '' } = slice.rule
    return [
      {
        label,
        what: `${node.name}:${label}`,
        min,
        max: max === '*' || max >= total ? Number.POSITIVE_INFINITY : max,
        match,
        check: inSlice(slice, checkOf, deps),
      },
    ]
  })
  const closed = slicing.rules === 'closed' && slices.length === node.slices.length
  const silent = slices.every(({ min, max, check }) => min === 0 && max === Number.POSITIVE_INFINITY && !check)
  return silent && !closed ? undefined : sorted(slices, closed, slicing.rules === 'openAtEnd')
}

/** A slice may be sliced again. */
const inSlice = (slice: Node, checkOf: (slice: Node) => SliceCheck | undefined, deps: MatchDependencies): SliceCheck | undefined => {
  const own = checkOf(slice)
  const inner = slice.slices.flatMap((one) => {
    const [match, check] = [matchOf(one, slice.rule.slicing?.discriminators ?? [], deps), checkOf(one)]
    return match && check ? [{ match, check }] : []
  })
  if (inner.length === 0) return own
  return (value, run, itsOwn) => {
    own?.(value, run, itsOwn)
    inner.find(({ match }) => match(value, run))?.check(value, run, itsOwn)
  }
}

const sorted = (slices: readonly Slice[], closed: boolean, openAtEnd: boolean): Sliced => {
  const named = slices.map(({ label }) => label).join(', ')
  const sliceOf = (item: unknown, run: Run): number => {
    for (let at = 0; at < slices.length; at++) if (slices[at]?.match(item, run)) return at
    return -1
  }
  const place: Place<Tally> = (item, run, own, tally) => {
    const at = sliceOf(item, run)
    const slice = slices[at]
    if (!slice) {
      tally.open = true
      if (closed) run.error('structure', `this is none of the slices, and there may be no other: ${named}`)
      return
    }
    if (tally.open && openAtEnd) run.error('structure', `slice ${slice.label} stands after what is in no slice`)
    tally.counts[at] = (tally.counts[at] ?? 0) + 1
    slice.check?.(item, run, own)
  }
  return (value, own, name, run) => {
    const tally: Tally = { counts: [], open: false }
    if (value !== undefined || own !== undefined) each(value, own, name, run, place, tally)
    for (let at = 0; at < slices.length; at++) {
      const slice = slices[at]
      if (slice) checkCount(slice, tally.counts[at] ?? 0, slice.what, name, run)
    }
  }
}
