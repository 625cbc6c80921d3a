// What an expression sees besides its focus: the resources around it, and who answers for terminology.
import type { Collection } from './collection.ts'

/** Terminology's answer; undefined where it is not at hand. */
export type MemberOf = (coded: unknown, valueSet: string) => boolean | undefined

export interface Environment {
  /** The resource that the focus is in: a contained one where it is in one. */
  readonly resource: unknown
  /** The resource that contains it, itself where none does. */
  readonly rootResource?: unknown
  readonly memberOf?: MemberOf | undefined
}

export interface Scope {
  readonly environment: Environment
  readonly context: Collection
  /** `$index` of the innermost iteration. */
  index: number
}

/** A compiled expression: what it finds from `$this`. */
export type Evaluate = (self: Collection, scope: Scope) => Collection
