// The proof that an unanchored find takes linear time (design, "Policies"; F16). A backtracking matcher tries every run of the automaton
// until one accepts. After each beginning of a text, the runs that are alive are counted by the state in which they are; the counts that
// any text can lead to are walked through, all of them. Where they are finitely many and none exceeds MOST_RUNS, no text of n characters
// costs more than MOST_RUNS × n steps. Where they grow without end (the automaton is infinitely ambiguous), the expression is refused.
import type { Chars } from './regex-chars.ts'
import { ALPHABET } from './regex-chars.ts'
import { RegexRefused } from './regex-parse.ts'
import type { Automaton, State } from './regex-states.ts'

const MOST_RUNS = 64
/** Steps that read no character, between two that do. */
const MOST_STEPS = 512
const MOST_COUNTS = 4_096

/** Runs by state. `found`: a run has accepted, so the find ends when the runs before it have, and begins at no further character. */
interface Counts {
  readonly runs: ReadonlyMap<number, number>
  readonly found: boolean
}

/** Nothing is proved; regex.ts says what the author may write in its place. */
export class NotLinear extends RegexRefused {}

const notLinear = (): NotLinear => new NotLinear('its repetitions overlap, or it has to be tried from every character')

/** Characters that no part of the expression tells apart are walked as one. */
const charactersOf = (states: readonly State[]): readonly number[] => {
  const sets = [...new Set(states.flatMap((state) => (state.kind === 'chars' ? [state.chars] : [])))]
  const classes = new Map<string, number>()
  for (const code of ALPHABET) classes.set(sets.map((set: Chars) => (set.has(code) ? '1' : '0')).join(''), code)
  return [...classes.values()]
}

type Runs = ReadonlyMap<number, number>

/** Where the runs stand once they have taken every step that reads no character. */
const spread = (states: readonly State[], from: Runs, atStart: boolean): Counts => {
  // An assertion in between may hold or not: its runs go on, but none is relied on to accept.
  const asserts = states.some(({ kind }) => kind === 'boundary')
  const runs = new Map<number, number>()
  let steps = 0
  let alive = 0
  let found = false
  const left: (readonly [number, number])[] = [...from]
  for (let top = left.pop(); top; top = left.pop()) {
    const [at, count] = top
    const state = states[at]
    steps += count
    if (steps > MOST_STEPS || alive > MOST_RUNS) throw notLinear()
    if (state?.kind === 'chars') {
      runs.set(at, (runs.get(at) ?? 0) + count)
      alive += count
    } else if (state?.kind === 'accept') found ||= !asserts
    else if (state?.kind === 'split') left.push(...state.next.map((next) => [next, count] as const))
    else if (state?.kind === 'boundary' || (state?.kind === 'start' && atStart)) left.push([state.next, count])
  }
  if (alive > MOST_RUNS) throw notLinear()
  return { runs, found }
}

/** What a further character makes of the counts, undefined where no run is left; the find begins anew at it, unless it has found. */
const step = ({ states, first }: Automaton, { runs, found }: Counts, character: number, restarts: boolean): Counts | undefined => {
  const moved = new Map<number, number>(found || !restarts ? [] : [[first, 1]])
  for (const [at, count] of runs) {
    const state = states[at]
    if (state?.kind === 'chars' && state.chars.has(character)) moved.set(state.next, (moved.get(state.next) ?? 0) + count)
  }
  if (moved.size === 0) return undefined
  const next = spread(states, moved, false)
  return next.runs.size === 0 ? undefined : { runs: next.runs, found: found || next.found }
}

const keyOf = ({ runs, found }: Counts): string => `${found} ${[...runs].sort(([one], [other]) => one - other).join(' ')}`

/** Throws NotLinear where linear time cannot be proved. */
export const proveLinear = (automaton: Automaton): void => {
  const { states, first } = automaton
  const characters = charactersOf(states)
  const whole = new Map([[first, 1]])
  const begin = spread(states, whole, true)
  // An expression that is bound to the start of the text is tried there only.
  const restarts = spread(states, whole, false).runs.size > 0
  const known = new Set([keyOf(begin)])
  const left = [begin]
  for (let counts = left.pop(); counts; counts = left.pop()) {
    for (const character of characters) {
      const next = step(automaton, counts, character, restarts)
      const key = next && keyOf(next)
      if (!next || key === undefined || known.has(key)) continue
      if (known.size >= MOST_COUNTS) throw notLinear()
      known.add(key)
      left.push(next)
    }
  }
}
