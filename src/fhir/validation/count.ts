// How often an element or a slice may stand (R4 elementdefinition-definitions.html#ElementDefinition.min), said in words.
import type { Run } from './run.ts'

export interface Counts {
  readonly min: number
  /** Infinity: any number. */
  readonly max: number
}

/** Says at the member where there are too few or too many. */
export const checkCount = ({ min, max }: Counts, count: number, what: string, member: string, run: Run): void => {
  if (count < min) {
    run.error('required', min === 1 ? `${what} is required` : `at least ${min} of ${what} are required, here are ${count}`, member)
  }
  if (count > max) {
    run.error('structure', max === 0 ? `${what} is not allowed` : `at most ${max} of ${what} may be, here are ${count}`, member)
  }
}
