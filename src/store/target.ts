// What a literal reference leads to.

export interface Target {
  readonly type: string
  readonly id: string
}

/** A target as text: `Type/id`. */
export const keyOf = ({ type, id }: Target): string => `${type}/${id}`
