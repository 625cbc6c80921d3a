// Whether references lead to something (R4 references.html, "referential integrity"), asked for whom it may be told. An answer tells
// whether a resource exists, so a reference is looked at only where a read of its target would be answered whatever is in it. For anybody
// else it is not looked at: to refuse what they may not see would keep a patient's app from naming its practitioner, or from sending a
// resource back with a reference that stood in it.
import { parametersOf } from '../../http/parameters.ts'
import type { CanonicalRequest } from '../../http/request.ts'
import { ALL, NOTHING } from '../../store/criterion.ts'
import { authorizeTargets, isAll } from '../../store/plan.ts'
import type { ChangeOutcome } from '../../store/store.ts'
import { keyOf, type Target } from '../../store/target.ts'
import type { Rows } from '../access.ts'
import type { Call } from '../call.ts'
import { FhirError } from '../outcome.ts'
import type { FhirRequest } from '../request.ts'
import type { Resource } from '../resource.ts'
import type { ValidationMode } from '../validated.ts'
import type { Issue } from '../validation/run.ts'
import type { Write } from '../write.ts'
import { danglingIssues } from './issues.ts'
import { literalReferences, targetOf } from './literal.ts'

/** `aidbox-validation-skip: reference`, alone or in a list. */
const asksToSkip = ({ fhir }: Call): boolean =>
  (fhir.request.headers.get('aidbox-validation-skip') ?? '').split(',').some((one) => one.trim().toLowerCase() === 'reference')

const modeOf = (call: Call): ValidationMode => {
  const { validation } = call.deps
  if (!validation || (validation.skippable && asksToSkip(call))) return 'off'
  return validation.references
}

const NO_QUERY = parametersOf([])
const noBody = async (): Promise<Uint8Array> => new Uint8Array()

/** A read of the target, as the writer would ask for it. Member by member: to spread a request takes longer than to decide it. */
const readOf = ({ request, segments }: FhirRequest, { type, id }: Target): CanonicalRequest => {
  const { headers, remoteAddr } = request
  const own = [...request.segments.slice(0, request.segments.length - segments.length), type, id]
  const path = `/${own.map(encodeURIComponent).join('/')}`
  return { id: request.id, method: 'GET', path, segments: own, query: NO_QUERY, queryString: '', headers, remoteAddr, body: noBody }
}

/** Would a plain read of it be granted, without bounds: then that it is absent is no secret. */
const mayRead = async ({ fhir }: Call, target: Target): Promise<boolean> => {
  const { type, id } = target
  const decision = await fhir.authorize({
    request: readOf(fhir, target),
    operation: fhir.format === 'fhir' ? 'FhirRead' : 'Read',
    interaction: 'read',
    permissions: ['r'],
    params: { 'resource/type': type, 'resource/id': id, id },
    type,
    id,
    supposed: true,
  })
  return decision.permit && isAll(decision.rows(type, 'r'))
}

interface References {
  /** What each says, by the target that it leads to. */
  readonly byTarget: ReadonlyMap<string, readonly string[]>
  readonly targets: ReturnType<typeof authorizeTargets>
  /** Those that can lead nowhere. */
  readonly lost: readonly string[]
}

/** The references of a resource that may be looked at; undefined where there is none. */
const referencesOf = async (call: Call, rows: Rows, resource: Resource): Promise<References | undefined> => {
  const { definitions, bases } = call.deps
  const byTarget = new Map<string, string[]>()
  const readable: Target[] = []
  const lost: string[] = []
  for (const reference of literalReferences(resource)) {
    const target = targetOf(reference, { bases, types: definitions.types })
    if (target === 'nothing') lost.push(reference)
    if (target === undefined || target === 'nothing') continue
    const said = byTarget.get(keyOf(target))
    if (said) said.push(reference)
    else {
      byTarget.set(keyOf(target), [reference])
      if (isAll(rows(target.type, 'r')) && (await mayRead(call, target))) readable.push(target)
    }
  }
  if (readable.length === 0 && lost.length === 0) return undefined
  const open = new Set(readable.map(keyOf))
  return { byTarget, lost, targets: authorizeTargets(readable, (target) => (open.has(keyOf(target)) ? ALL : NOTHING)) }
}

const issuesOf = (
  { byTarget, lost }: References,
  resource: Resource,
  absent: readonly Target[],
  mode: ValidationMode,
): readonly Issue[] => {
  if (absent.length === 0 && lost.length === 0) return []
  const dangling = new Set([...lost, ...absent.flatMap((target) => byTarget.get(keyOf(target)) ?? [])])
  return danglingIssues(resource, dangling, mode === 'enforce' ? 'error' : 'warning')
}

const absentOf = (outcome: ChangeOutcome): readonly Target[] => ('absent' in outcome ? (outcome.absent ?? []) : [])

/** The write, with what it must find when it is written. Throws FhirError 422 by the answer. */
export const referring = async (call: Call, write: Write): Promise<Write> => {
  const mode = modeOf(call)
  const { resource, rows } = write
  const references = mode === 'off' || !resource ? undefined : await referencesOf(call, rows, resource)
  if (!references || !resource) return write
  const refuse = mode === 'enforce'
  const { targets, lost } = references
  if (refuse && lost.length > 0) throw refusal(issuesOf(references, resource, [], mode))
  return {
    ...write,
    refers: { targets, refuse },
    answer: (outcome) => {
      const issues = issuesOf(references, resource, absentOf(outcome), mode)
      if (outcome.outcome === 'dangling') throw refusal(issues)
      const answer = write.answer(outcome)
      if (issues.length > 0) call.deps.validation?.report(`${write.type}/${write.id}`, issues)
      return answer
    },
  }
}

const refusal = (issues: readonly Issue[]): FhirError => new FhirError('processing', 'the resource refers to what is not there', { issues })

/** What $validate says of a resource's references, as far as the caller may be told. */
export const danglingIn = async (call: Call, rows: Rows, resource: Resource): Promise<readonly Issue[]> => {
  const mode = call.deps.configuration.owns(String(resource.resourceType)) ? 'off' : modeOf(call)
  const references = mode === 'off' ? undefined : await referencesOf(call, rows, resource)
  return references ? issuesOf(references, resource, await call.deps.store.absent(references.targets), mode) : []
}
