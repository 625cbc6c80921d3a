// A kind of mutant: one way to make a valid resource invalid, and where that must be found. What only stays valid is a control.
import type { Draw } from '../../laws/draw.ts'
import { elementOf, isFields, type Path, placeOf, type Resource, type Site } from './sites.ts'

/** The collection that a resource is of: `6.1.0`, `data`. */
export type In = string

export interface Subject {
  readonly in: In
  readonly resource: Resource
  readonly sites: readonly Site[]
  /** Names of the profiles that it claims: `us-core-patient`. */
  readonly profiles: ReadonlySet<string>
  readonly draw: Draw
}

export interface Mutant {
  readonly resource: unknown
  /** An error at one of these is the one that is sought. */
  readonly at: readonly string[]
}

export interface Kind {
  readonly name: string
  /** undefined: this resource has nothing to change in this way. */
  mutate(subject: Subject): Mutant | undefined
}

export interface Control {
  readonly name: string
  /** Changed, and still valid; undefined: it has nothing to change in this way. */
  change(subject: Subject): unknown
}

/** The value at a path replaced, or made of what stood there; undefined takes it away. */
export const changed = (value: unknown, path: Path, next: unknown): unknown => {
  const [step, ...rest] = path
  if (step === undefined) return next
  if (Array.isArray(value)) {
    const whole = [...value]
    whole[Number(step)] = changed(value[Number(step)], rest, next)
    return whole.filter((one) => one !== undefined)
  }
  const fields = isFields(value) ? value : {}
  const inner = changed(fields[step], rest, next)
  const { [step]: _before, ...others } = fields
  return inner === undefined ? others : { ...others, [step]: inner }
}

/** One of the sites that fit, changed; the error is sought there, or at a member of it. */
export const siteKind = (name: string, fits: (site: Site) => boolean, next: (site: Site) => unknown, member?: string): Kind => ({
  name,
  mutate: ({ resource, sites, draw }) => {
    const fitting = sites.filter(fits)
    if (fitting.length === 0) return undefined
    const { path, ...site } = draw.pick(fitting)
    const place = placeOf(resource, path)
    return {
      resource: changed(resource, path, next({ path, ...site })),
      at: [member === undefined ? place : `${place}.${elementOf(member)}`],
    }
  },
})

/** A table of types or profiles to changes of their members. */
export interface Change {
  readonly of: string
  /** Where it is wrong only for some versions; a resource of the data may conform to any. */
  readonly in?: readonly In[]
  readonly path: Path
  readonly next: unknown
  /** Where it is not the place that is changed. */
  readonly at?: readonly string[]
}

const applies = (subject: Subject, { of, in: versions }: Change): boolean =>
  (subject.resource.resourceType === of || subject.profiles.has(of)) && (versions?.includes(subject.in) ?? true)

/** One of the changes that apply to the resource; its root may hold what stands there or not. */
export const tableKind = (
  name: string,
  changes: readonly Change[],
  fits: (change: Change, subject: Subject) => boolean = () => true,
): Kind => ({
  name,
  mutate: (subject) => {
    const fitting = changes.filter((change) => applies(subject, change) && fits(change, subject))
    if (fitting.length === 0) return undefined
    const { path, next, at } = subject.draw.pick(fitting)
    return { resource: changed(subject.resource, path, next), at: at ?? [placeOf(subject.resource, path)] }
  },
})
