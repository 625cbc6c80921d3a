// What a policy with searches in it says of a request before anything is looked up: no, yes, or "as far as these searches reach".

/** One search with its parameters' values in place. */
export interface BoundSearch {
  readonly type: string
  /** Search parameters as FHIR writes them, what was bound escaped. */
  readonly entries: ReadonlyArray<readonly [name: string, value: string]>
}

export type Grant =
  | boolean
  | { readonly kind: 'and'; readonly of: readonly Grant[] }
  | { readonly kind: 'or'; readonly of: readonly Grant[] }
  | {
      readonly kind: 'search'
      readonly searches: readonly BoundSearch[]
      /** Some parameter is one of the request's own, not only of who asks. */
      readonly ofParams: boolean
      /** Some parameter is of what is submitted, which says nothing of what is stored. */
      readonly ofResource: boolean
    }

/** Conjunction; what is false makes all false. */
export const allOf = (of: readonly Grant[]): Grant => {
  if (of.includes(false)) return false
  const open = of.filter((one) => one !== true)
  return open.length === 0 ? true : { kind: 'and', of: open }
}

/** Disjunction; what is true makes all true. */
export const anyOf = (of: readonly Grant[]): Grant => {
  if (of.includes(true)) return true
  const open = of.filter((one) => one !== false)
  return open.length === 0 ? false : { kind: 'or', of: open }
}
