// The Store port: nouns and verbs of everything a box keeps. One call is one whole unit of work: it happens entirely or not
// at all, nothing awaits inside it, and no other unit sees its middle. A resolved promise of a write means: durable
// (synchronous=FULL). Concurrent writes may share one commit. All times are milliseconds since the epoch.
import type { Criterion } from './criterion.ts'
import type { Indexed } from './entries.ts'
import type { Target } from './target.ts'

declare const authorized: unique symbol

/** A plan that went through authorization: only `authorize` of plan.ts makes one, so an unchecked query does not type-check. */
export type Authorized<Plan> = Plan & { readonly [authorized]: true }

export interface StoredResource {
  readonly type: string
  readonly id: string
  readonly version: number
  readonly updated: number
  /** The resource as JSON text with its id and meta, ready to be sent; undefined when this version is a deletion. */
  readonly text: string | undefined
  readonly method: 'create' | 'update' | 'delete'
}

export interface ReadPlan {
  readonly type: string
  readonly id: string
  /** What the stored, current state must satisfy; a resource that does not is as good as absent. */
  readonly where: Criterion
}

export type SortKey = {
  readonly param: '_lastUpdated' | '_id' | string
  readonly kind: 'date' | 'string' | 'token' | 'number' | 'lastUpdated' | 'id' | 'clinicalDate' | 'reference'
  readonly descending: boolean
}

export interface Include {
  /** `Type.code` of a reference parameter of the source type. */
  readonly param: string
  readonly reverse: boolean
  /** The types that may be included (already those that the principal may read), each with what a row must satisfy. */
  readonly targets: ReadonlyArray<{ readonly type: string; readonly where: Criterion }>
  readonly iterate: boolean
  /** Of a reverse one: only for rows of this type. */
  readonly of?: string
}

export interface SearchPlan {
  /** One type, or several for a search over the system. Each with its own criterion, authorization included. */
  readonly from: ReadonlyArray<{ readonly type: string; readonly where: Criterion }>
  /** Empty: by clinical date descending, then by insertion descending. Ties are broken by the resource's identity. */
  readonly sort: readonly SortKey[]
  /** Rows per page; 0 counts only. */
  readonly count: number
  /** Opaque: from an earlier page of the same plan. */
  readonly after?: string
  readonly total: 'none' | 'accurate'
  readonly includes: readonly Include[]
  /** Only the newest `count` by clinical date of each value of this token parameter, in that order, on one page. */
  readonly latest?: { readonly param: string; readonly count: number }
  /** The matches may come as one text, made so. Only for one type, without includes. */
  readonly assembly?: Assembly
}

/** What stands before a match's id, between the id and the body, between the body and the id again, and after it. */
export type Assembly = readonly [start: string, middle: string, after: string, end: string]

export interface SearchPage {
  readonly matches: ReadonlyArray<{ readonly type: string; readonly id: string; readonly text: string }>
  /** Instead of `matches`, where the plan says how and they are walked in order: their UTF-8, with commas between. Never empty. */
  readonly assembled?: { readonly bytes: Uint8Array; readonly count: number }
  readonly included: ReadonlyArray<{ readonly type: string; readonly id: string; readonly text: string }>
  readonly total: number | undefined
  /** Opaque position of the next page; undefined on the last. */
  readonly next: string | undefined
}

export interface HistoryPlan {
  /** The instance, or undefined for the type or the system. */
  readonly type?: string
  readonly id?: string
  readonly since?: number
  readonly count: number
  /** Oldest first. */
  readonly ascending?: boolean
  /** The last version of the page before. */
  readonly after?: { readonly type: string; readonly id: string; readonly version: number }
}

/** One change of one resource. `text` is composed by the store's caller around the version it is given. */
export interface Change {
  readonly type: string
  readonly id: string
  readonly action: 'put' | 'delete'
  /** The new state as JSON text for this version and time; undefined for a deletion. */
  compose?(version: number, updated: number): string
  /** What is indexed of it: asked within the unit, so that no state is stored with the index entries of earlier search parameters. */
  index?(): Indexed
  /** What the stored state must satisfy for the principal to know it at all; otherwise the outcome is `absent`. */
  readonly stored: Criterion
  /** What the submitted state must satisfy; otherwise `refused`, and nothing of the unit is written. */
  readonly submitted: Criterion
  /** May the resource be created when it is absent. */
  readonly create: boolean
  /** May an existing one be replaced: false makes an existing id `conflict`. */
  readonly replace: boolean
  readonly ifMatch?: number
  /** Write nothing, and report `unchanged`, where the composed text differs from the stored one in meta only. */
  readonly skipIdentical?: boolean
  /** Nothing that exists may match this criterion within `type` (conditional create); else `matched`. */
  readonly ifNoneExist?: Criterion
  /** What the new state refers to: looked for once the whole unit is written, so that its changes may refer to each other in any order. */
  readonly refers?: {
    readonly targets: Authorized<readonly Target[]>
    /** Does a target that is not there, or deleted, undo the unit; else the outcome names it. */
    readonly refuse: boolean
  }
}

export type ChangeOutcome =
  | {
      readonly outcome: 'created' | 'updated' | 'unchanged' | 'matched'
      readonly resource: StoredResource
      /** Targets that are not there, of a change that they do not undo. */
      readonly absent?: readonly Target[]
    }
  | { readonly outcome: 'dangling'; readonly absent: readonly Target[] }
  | { readonly outcome: 'deleted'; readonly version: number; readonly updated: number }
  | { readonly outcome: 'absent' | 'gone' | 'conflict' | 'version-mismatch' | 'refused' | 'ambiguous' }

export interface ResourceStore {
  /** The current state, also of a deleted resource (its `text` is then undefined); undefined where absent or not satisfying `where`. */
  read(plan: Authorized<ReadPlan>): Promise<StoredResource | undefined>
  search(plan: Authorized<SearchPlan>): Promise<SearchPage>
  /**
   * Versions, newest first. Not filtered by row: the caller checks every version against the principal's criterion
   * (`matches` over freshly extracted entries) and must have passed `read` for an instance.
   */
  history(plan: Authorized<HistoryPlan>): Promise<{ readonly versions: readonly StoredResource[]; readonly more: boolean }>
  version(plan: Authorized<ReadPlan & { readonly version: number }>): Promise<StoredResource | undefined>
  /** All changes or none: on any outcome but created, updated, unchanged, matched, deleted nothing is written. */
  write(changes: Authorized<readonly Change[]>): Promise<readonly ChangeOutcome[]>
  /** Those of the targets that are not there, or deleted; each once. */
  absent(targets: Authorized<readonly Target[]>): Promise<readonly Target[]>
  /** The current texts of every resource of a type, in id order (configuration at start). */
  all(type: string): Promise<readonly StoredResource[]>
  /** Up to `count` current texts of a type, in id order, after this id. */
  page(type: string, after: string, count: number): Promise<readonly StoredResource[]>
  /** Rewrites the index entries of those of these versions that are still current, in one unit; the others have been written since. */
  reindex(rows: ReadonlyArray<{ readonly type: string; readonly id: string; readonly version: number; index(): Indexed }>): Promise<void>
  /** Resources per type that are not deleted. */
  counts(): Promise<ReadonlyMap<string, number>>
}

/** Small named values of the box: applied bundle digests, the index digest. */
export interface SettingStore {
  settings(prefix: string): Promise<ReadonlyMap<string, string>>
  putSettings(values: ReadonlyMap<string, string>): Promise<void>
}

export interface Store extends ResourceStore, SettingStore {
  readonly records: import('./records.ts').RecordStore
  /** Runs the work with settings for many large writes; what it wrote is in the main file when it is done. */
  importing<Value>(work: () => Promise<Value>): Promise<Value>
  /** Finishes what is under way, checkpoints and closes. */
  close(): Promise<void>
}
