// The only maker of authorized plans: a plan is authorized by stating what the principal may see, and that becomes part of it.
import { ALL, type Criterion, NOTHING } from './criterion.ts'
import type { Authorized, Change, HistoryPlan, ReadPlan, SearchPlan } from './store.ts'
import type { Target } from './target.ts'

const brand = <Plan>(plan: Plan): Authorized<Plan> => plan as Authorized<Plan>

/** Is it true of every row. */
export const isAll = (criterion: Criterion): boolean => criterion.kind === 'and' && criterion.of.length === 0

/** Is it false of every row. */
export const isNothing = (criterion: Criterion): boolean => criterion.kind === 'or' && criterion.of.length === 0

/** Conjunction, flattened; a false part makes all false. */
export const and = (...of: readonly Criterion[]): Criterion => {
  const parts = of.flatMap((one) => (one.kind === 'and' ? one.of : [one]))
  if (parts.some(isNothing)) return NOTHING
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'and', of: parts }
}

/** Disjunction, flattened; a true part makes all true. */
export const or = (...of: readonly Criterion[]): Criterion => {
  const parts = of.flatMap((one) => (one.kind === 'or' ? one.of : [one]))
  if (parts.some(isAll)) return ALL
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'or', of: parts }
}

/** A read that finds only what satisfies `permitted`. */
export const authorizeRead = <Plan extends ReadPlan>(plan: Plan, permitted: Criterion): Authorized<Plan> =>
  brand({ ...plan, where: and(permitted, plan.where) })

/** A search in which `permitted(type)` is part of every row's criterion, on includes of every hop too. */
export const authorizeSearch = (
  plan: SearchPlan,
  permitted: (type: string, use: 'search' | 'include') => Criterion,
): Authorized<SearchPlan> =>
  brand({
    ...plan,
    from: plan.from.map(({ type, where }) => ({ type, where: and(permitted(type, 'search'), where) })),
    includes: plan.includes.map((include) => ({
      ...include,
      targets: include.targets.map(({ type, where }) => ({ type, where: and(permitted(type, 'include'), where) })),
    })),
  })

/** `checked` names why this history may be walked: the caller filters each version (see ResourceStore.history). */
export const authorizeHistory = (plan: HistoryPlan): Authorized<HistoryPlan> => brand(plan)

/** Changes in which `permitted` bounds the stored and the submitted state of each. */
export const authorizeChanges = (
  changes: readonly Change[],
  permitted: (change: Change) => { readonly stored: Criterion; readonly submitted: Criterion },
): Authorized<readonly Change[]> =>
  brand(
    changes.map((change) => {
      const bounds = permitted(change)
      return { ...change, stored: and(bounds.stored, change.stored), submitted: and(bounds.submitted, change.submitted) }
    }),
  )

/** The targets of references whose existence may be told: those that `permitted` opens without bounds. The others are not looked for. */
export const authorizeTargets = (targets: readonly Target[], permitted: (target: Target) => Criterion): Authorized<readonly Target[]> =>
  brand(targets.filter((target) => isAll(permitted(target))))
