// Do the references of bundles lead to something (R4 references.html)? Judged when everything is read, so that they may lead forward, to
// another file, or to what is stored already. References of the configuration are link.ts's.
import { danglingMessage, expressionOf } from '../fhir/integrity/issues.ts'
import { eachReference, placesOf, targetOf } from '../fhir/integrity/literal.ts'
import type { ValidationMode } from '../fhir/validated.ts'
import { keyOf, type Target } from '../store/target.ts'
import { CONFIGURATION_TYPES } from './configuration-types.ts'
import type { Diagnostic, Position } from './diagnostic.ts'
import type { Entry } from './entries.ts'
import { apart } from './line-names.ts'
import type { BundleValidation } from './validity.ts'
import type { Path } from './values.ts'

type Severity = Diagnostic['severity']
/** What a reference asks for; undefined: what can never be there. */
type Wanted = Target | undefined

export interface ReferenceDependencies extends Pick<BundleValidation, 'modeOf' | 'referencesOf' | 'bases' | 'absent'> {
  /** FHIR's. */
  readonly types: ReadonlySet<string>
  /** Does a line declare this `Type/id`. */
  isLine(name: string): boolean
}

export interface Dangling {
  /** Of a text; undefined: of lines. */
  readonly entry: Entry | undefined
  readonly diagnostic: Diagnostic
}

export interface References {
  /** Keeps what a line refers to that no line before it declares. */
  seeLine(entry: Entry): void
  /** Every reference of the texts and of the lines seen that leads nowhere once these entries are applied. */
  dangling(entries: readonly Entry[]): Promise<readonly Dangling[]>
}

/** undefined: its references are not looked at. What a package brings is its publisher's; a bundle's own word counts, then the operator's. */
const severities = ({ modeOf, referencesOf }: ReferenceDependencies): ((entry: Entry) => Severity | undefined) => {
  const modes = new Map<string, ValidationMode | undefined>()
  const ofFile = (file: string): ValidationMode | undefined => {
    if (!modes.has(file)) modes.set(file, referencesOf(file))
    return modes.get(file)
  }
  return ({ type, source, method, optional, references, validation }) => {
    if (CONFIGURATION_TYPES.has(type) || method === 'DELETE' || optional) return undefined
    const mode = references ?? ofFile(source) ?? validation ?? modeOf(source)
    return mode === 'off' ? undefined : mode === 'enforce' ? 'error' : 'warning'
  }
}

/** What lines say of a target: the first of them has a place, the others are counted. */
interface Said {
  readonly wanted: Wanted
  readonly position: Position
  readonly type: string
  readonly reference: string
  readonly path: Path
  readonly severity: Severity
  others: number
}

const diagnosticOf = ({ position, type, reference, path, severity, others }: Said): Diagnostic => {
  const more = others === 0 ? '' : ` (and ${others} more to it)`
  const message = `${expressionOf({ resourceType: type }, path)}: ${danglingMessage(reference)}${more}`
  return { ...position, severity, code: 'unresolved', message }
}

/** What is there once the entries are applied in their order, and the fullUrls that are resolved within each file's transaction. */
const declaredBy = (entries: readonly Entry[]) => {
  const names = new Set<string>()
  const fullUrls = new Set<string>()
  for (const { type, id, method, fullUrl, mode, source } of entries) {
    if (id !== undefined && method === 'DELETE') names.delete(`${type}/${id}`)
    else if (id !== undefined) names.add(`${type}/${id}`)
    if (fullUrl !== undefined && mode !== 'batch') fullUrls.add(`${source} ${fullUrl}`)
  }
  return { names, isFullUrl: ({ source, mode }: Entry, url: string) => mode !== 'batch' && fullUrls.has(`${source} ${url}`) }
}

type Declared = ReturnType<typeof declaredBy>

/** The check of one load. */
export const createReferences = (deps: ReferenceDependencies): References => {
  const { absent, isLine } = deps
  const severityOf = severities(deps)
  const lines = new Map<string, Said>()

  const wantedBy = (reference: string): { readonly wanted: Wanted } | undefined => {
    const target = targetOf(reference, deps)
    return target && { wanted: target === 'nothing' ? undefined : target }
  }

  const seeLine = (entry: Entry): void => {
    const severity = severityOf(entry)
    if (!severity) return
    eachReference(entry.resource, (said, path) => {
      if (isLine(said)) return
      const reference = apart(said)
      const found = wantedBy(reference)
      if (!found) return
      const { wanted } = found
      const key = `${severity} ${wanted ? keyOf(wanted) : reference}`
      const known = lines.get(key)
      if (known) known.others++
      else lines.set(key, { wanted, position: entry.position, type: apart(entry.type), reference, path: [...path], severity, others: 0 })
    })
  }

  /** What the entry refers to that none of the sources declares. */
  const open = (entry: Entry, { names, isFullUrl }: Declared): ReadonlyMap<string, Wanted> => {
    const found = new Map<string, Wanted>()
    eachReference(entry.resource, (reference) => {
      const said = isFullUrl(entry, reference) ? undefined : wantedBy(reference)
      if (said && !(said.wanted && (names.has(keyOf(said.wanted)) || isLine(keyOf(said.wanted))))) found.set(reference, said.wanted)
    })
    return found
  }

  const inText = (entry: Entry, severity: Severity, lost: ReadonlySet<string>): readonly Dangling[] =>
    placesOf(entry.resource, lost).map(({ reference, path }) => {
      const message = `${expressionOf(entry.resource, path)}: ${danglingMessage(reference)}`
      return { entry, diagnostic: { ...entry.locate([...path, 'reference']), severity, code: 'unresolved', message } }
    })

  const dangling: References['dangling'] = async (entries) => {
    const declared = declaredBy(entries)
    const texts = entries.flatMap((entry) => {
      const severity = severityOf(entry)
      return severity ? [{ entry, severity, open: open(entry, declared) }] : []
    })
    const ofLines = [...lines.values()].filter(({ wanted }) => !wanted || !(declared.names.has(keyOf(wanted)) || isLine(keyOf(wanted))))
    const asked = [...texts.flatMap(({ open }) => [...open.values()]), ...ofLines.map(({ wanted }) => wanted)].flatMap((one) => one ?? [])
    const missing = new Set((asked.length === 0 ? [] : await absent(asked)).map(keyOf))
    const isLost = (wanted: Wanted): boolean => !wanted || missing.has(keyOf(wanted))
    return [
      ...texts.flatMap(({ entry, severity, open }) =>
        inText(entry, severity, new Set([...open].flatMap(([reference, wanted]) => (isLost(wanted) ? [reference] : [])))),
      ),
      ...ofLines.flatMap((said) => (isLost(said.wanted) ? [{ entry: undefined, diagnostic: diagnosticOf(said) }] : [])),
    ]
  }
  return { seeLine, dangling }
}
