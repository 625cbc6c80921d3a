// Literal references of a resource (R4 references.html#literal), found by their form: nothing is compiled or parsed for it.
import type { Target } from '../../store/target.ts'
import { localReference } from '../search/reference.ts'

type Path = ReadonlyArray<string | number>
type Fields = { readonly [name: string]: unknown }

/** Immunization.education has a `reference` that is a uri; so have Expression, which has a language, and DetectedIssue itself. */
const NO_REFERENCE = 'education'

const referenceIn = (value: Fields): string | undefined =>
  typeof value.reference === 'string' && value.resourceType === undefined && value.language === undefined ? value.reference : undefined

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

const visit = (value: unknown, path: Array<string | number>, found: (reference: string, path: Path) => void): void => {
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      path.push(at)
      visit(value[at], path, found)
      path.pop()
    }
    return
  }
  if (!isFields(value)) return
  const reference = referenceIn(value)
  if (reference !== undefined) found(reference, path)
  for (const name in value) {
    const member = value[name]
    if (typeof member !== 'object' || member === null || name === NO_REFERENCE) continue
    path.push(name)
    visit(member, path, found)
    path.pop()
  }
}

/** What a Bundle refers to is looked for in the Bundle first (R4 bundle.html#references): it is a whole of its own. */
const isWhole = ({ resourceType }: Fields): boolean => resourceType === 'Bundle'

/** Calls back for every Reference of a resource and of what it contains; `path` is the same list each time. */
export const eachReference = (resource: Fields, found: (reference: string, path: Path) => void): void => {
  if (!isWhole(resource)) visit(resource, [], found)
}

/** What a resource refers to, each once. */
export const literalReferences = (resource: Fields): ReadonlySet<string> => {
  const references = new Set<string>()
  eachReference(resource, (reference) => void references.add(reference))
  return references
}

/** Where a resource says one of these: the path of each Reference, with what it says. */
export const placesOf = (resource: Fields, wanted: ReadonlySet<string>): ReadonlyArray<{ reference: string; path: Path }> => {
  const places: { reference: string; path: Path }[] = []
  eachReference(resource, (reference, path) => void (wanted.has(reference) && places.push({ reference, path: [...path] })))
  return places
}

/** What makes a reference one to this box. */
export interface Local {
  /** Absolute bases of this box, without a trailing slash. */
  readonly bases: readonly string[]
  readonly types: ReadonlySet<string>
}

/**
 * What must be there for the reference to be resolved; 'nothing': it names an entry of a Bundle, and outside of one that is nothing at all
 * (R4 bundle.html#bundle-unique); undefined: it is not this box's to know (contained, logical, conditional, canonical, of another server).
 */
export const targetOf = (reference: string, { bases, types }: Local): Target | 'nothing' | undefined => {
  const hash = reference.charCodeAt(0)
  if (hash === 35) return undefined
  if (reference.startsWith('urn:uuid:')) return 'nothing'
  for (const base of bases) {
    const found = localReference(reference, base, types)
    if (found) return { type: found.type, id: found.id }
  }
  return undefined
}
