// One validation under way: where it is, as a stack, and what it found. Nothing is made of the place until something is wrong.
import type { Environment, MemberOf } from '../path/scope.ts'

export type Severity = 'error' | 'warning' | 'information'

export interface Issue {
  readonly severity: Severity
  /** R4 valueset-issue-type.html */
  readonly code: string
  readonly diagnostics: string
  /** FHIRPath of the element: `Observation.component[1].value.code`. */
  readonly expression: string
  /** The same as JSON has it: `['component', 1, 'valueQuantity', 'code']`. */
  readonly path: ReadonlyArray<string | number>
}

/** An issue whose place is not yet put into words. */
export type Finding = Omit<Issue, 'expression'>

export type Fields = { readonly [name: string]: unknown }

/** Checks one value; what is wrong with it goes to the run. */
export type Check = (value: unknown, run: Run) => void

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** A finding for each is no use to anyone. */
const MAX_FINDINGS = 200

const NONE: ReadonlyMap<string, string> = new Map()

export class Run {
  readonly findings: Finding[] = []
  /** The place: the first `depth` steps are in use. */
  readonly path: Array<string | number> = []
  depth = 0
  errors = 0
  /** What expressions see of the resource that is being checked. */
  environment: Environment
  /** Fullurls of the Bundle that is being checked, to the types of their resources. */
  entryTypes: ReadonlyMap<string, string> | undefined
  /** Are warnings and notes wanted, or errors alone. */
  readonly thorough: boolean
  /** What is validated, of which `path` is a place. */
  readonly root: unknown
  private said: Set<string> | undefined
  private containedOf: unknown
  private containedTypes: ReadonlyMap<string, string> = NONE

  constructor(resource: unknown, memberOf: MemberOf, thorough: boolean) {
    this.thorough = thorough
    this.root = resource
    this.environment = { resource, rootResource: resource, memberOf }
  }

  /** The place, without its last steps. */
  above(steps: number): ReadonlyArray<string | number> {
    return this.path.slice(0, Math.max(0, this.depth - steps))
  }

  /** Says what is wrong here, or at a member of what is here. */
  report(severity: Severity, code: string, diagnostics: string, member?: string | number): void {
    if (severity === 'error') this.errors++
    else if (!this.thorough) return
    if (this.findings.length >= MAX_FINDINGS) return
    const path = this.path.slice(0, this.depth)
    this.findings.push({ severity, code, diagnostics, path: member === undefined ? path : [...path, member] })
  }

  error(code: string, diagnostics: string, member?: string | number): void {
    this.report('error', code, diagnostics, member)
  }

  /** What could not be checked, told once in a run. */
  once(diagnostics: string): void {
    if (!this.thorough) return
    this.said ??= new Set()
    if (this.said.has(diagnostics)) return
    this.said.add(diagnostics)
    this.report('information', 'informational', diagnostics)
  }

  /** Types of the resources that the root contains, by id. */
  contained(): ReadonlyMap<string, string> {
    const root = this.environment.rootResource
    if (this.containedOf !== root) {
      const list: unknown = isFields(root) ? root.contained : undefined
      this.containedOf = root
      this.containedTypes = new Map(
        (Array.isArray(list) ? list : []).flatMap((one: unknown) => (isFields(one) ? [[String(one.id), String(one.resourceType)]] : [])),
      )
    }
    return this.containedTypes
  }

  /** How many errors a check would find, without saying them. */
  errorsOf(check: () => void): number {
    const before = { findings: this.findings.length, errors: this.errors, depth: this.depth }
    check()
    const found = this.errors - before.errors
    this.findings.length = before.findings
    this.errors = before.errors
    this.depth = before.depth
    return found
  }

  passes(check: () => void): boolean {
    return this.errorsOf(check) === 0
  }
}
