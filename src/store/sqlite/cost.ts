// How much a search may ask: what SQLite would refuse with an error of its own is refused before.
import type { Criterion } from '../criterion.ts'
import { TooCostly } from '../errors.ts'

const DEPTH = 60
const NODES = 800

const size = (criterion: Criterion, depth: number): number => {
  if (depth > DEPTH) throw new TooCostly('The search is nested too deeply')
  switch (criterion.kind) {
    case 'and':
    case 'or':
      return criterion.of.reduce((sum, one) => sum + size(one, depth + 1), 1)
    case 'composite':
      return criterion.parts.reduce((sum, one) => sum + size(one, depth + 1), 1)
    case 'not':
      return 1 + size(criterion.of, depth + 1)
    case 'chain':
    case 'has':
      return 4 + size(criterion.where, depth + 3)
    case 'id':
      return 1 + Math.floor(criterion.ids.length / 20)
    case 'compartment':
      return 1 + Math.floor(criterion.patients.length / 20)
    default:
      return 1
  }
}

/** Throws TooCostly where the criterion is too deep or has too many conditions. */
export const checkCost = (criterion: Criterion): void => {
  if (size(criterion, 0) > NODES) throw new TooCostly('The search has too many conditions')
}
