// The port to the configuration: FHIR stores Client, AccessPolicy, SearchParameter … like any resource, but a change must compile first.
import type { Indexed } from '../store/entries.ts'

export interface ConfigurationIssue {
  readonly code: string
  readonly message: string
  /** FHIRPath-like, e.g. `Client.auth.authorization_code`. */
  readonly expression?: string
}

export interface ConfigurationChange {
  readonly type: string
  readonly id: string
  /** undefined: deleted. */
  readonly resource: Readonly<Record<string, unknown>> | undefined
}

export interface Configuration {
  /** Is this type one of ours (Client, User, AccessPolicy …)? */
  owns(type: string): boolean
  /** Can a User be a resource of this type (Patient, Practitioner …)? */
  isPerson(type: string): boolean
  /** The Users (`User/id`) who are this resource by their `fhirUser`. */
  personsOf(type: string, id: string): Promise<readonly string[]>
  /** Must a change of this type compile: one of ours, or a SearchParameter. */
  compiles(type: string): boolean
  /**
   * Schema-checks, hashes secrets, links and compiles the changes beside the running tables. On success `resources` are the
   * states to store, in the order given; `commit` swaps the tables and must be called after the store wrote them; `abandon` otherwise.
   * Only one preparation is open at a time (a mutex).
   */
  prepare(changes: readonly ConfigurationChange[]): Promise<
    | {
        readonly ok: true
        readonly resources: ReadonlyArray<Readonly<Record<string, unknown>> | undefined>
        /** Swaps at once; resolves when what the change needs is there too (the index of a search parameter). */
        commit(): Promise<void>
        abandon(): void
      }
    | { readonly ok: false; readonly status: 409 | 422; readonly issues: readonly ConfigurationIssue[] }
  >
  /** The resource without its secrets, as it may leave the server. */
  redact(type: string, resource: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>
  /** Index entries of a configuration resource (the search parameters of aidbox-behaviour §2). */
  index(resource: Readonly<Record<string, unknown>>): Indexed
}
