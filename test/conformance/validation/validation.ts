// `npm run conformance -- validation`: our validator over real data and the packages' examples, then over mutants of them and controls.
import { createDraw } from '../../laws/draw.ts'
import { CONTROLS } from './controls.ts'
import { type Collection, readCorpus } from './corpus.ts'
import type { Subject } from './kind.ts'
import { KINDS } from './kinds.ts'
import { NAMED, type Named } from './named.ts'
import { isFields, type Resource, sitesOf } from './sites.ts'

interface Finding {
  readonly expression: string
  readonly diagnostics: string
}

const nameOf = ({ resourceType, id }: Resource): string => `${resourceType}/${String(id)}`

const profilesOf = ({ meta }: Resource): ReadonlySet<string> => {
  const claimed: unknown = isFields(meta) ? meta.profile : undefined
  return new Set(Array.isArray(claimed) ? claimed.map((one) => String(one).replace(/^.*\/|\|.*$/g, '')) : [])
}

const isNamed = (collection: Collection, resource: Resource, { expression, diagnostics }: Finding): Named | undefined =>
  NAMED.find(
    (one) => one.in === collection.name && one.resource === nameOf(resource) && one.at === expression && one.says.test(diagnostics),
  )

export interface Tally {
  made: number
  found: number
}

/** What is counted, and every disagreement in words. */
export class Score {
  resources = 0
  readonly named = new Set<Named>()
  readonly kinds = new Map<string, Tally>()
  readonly controls = new Map<string, Tally>()
  readonly wrong: string[] = []

  count(table: Map<string, Tally>, name: string, found: boolean, words: () => string): void {
    const tally = table.get(name) ?? { made: 0, found: 0 }
    tally.made++
    if (found) tally.found++
    else this.wrong.push(words())
    table.set(name, tally)
  }
}

const said = (findings: readonly Finding[]): string =>
  findings
    .map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`)
    .slice(0, 3)
    .join('; ') || 'nothing'

const judge = (collection: Collection, resource: Resource, seed: number, score: Score): void => {
  score.resources++
  const errors = collection.validate(resource)
  for (const error of errors) {
    const named = isNamed(collection, resource, error)
    if (named) score.named.add(named)
    else score.wrong.push(`${collection.name} ${nameOf(resource)} is valid: ${said([error])}`)
  }
  if (errors.length > 0) return
  const subject: Subject = {
    in: collection.name,
    resource,
    sites: sitesOf(resource),
    profiles: profilesOf(resource),
    draw: createDraw(seed),
  }
  for (const { name, mutate } of KINDS) {
    const mutant = mutate(subject)
    if (!mutant) continue
    const found = collection.validate(mutant.resource)
    const words = () => `${collection.name} ${nameOf(resource)} with ${name}, at ${mutant.at.join(' or ')}: found ${said(found)}`
    score.count(
      score.kinds,
      name,
      found.some(({ expression }) => mutant.at.includes(expression)),
      words,
    )
  }
  for (const { name, change } of CONTROLS) {
    const control = change(subject)
    if (control === undefined) continue
    const found = collection.validate(control)
    score.count(
      score.controls,
      name,
      found.length === 0,
      () => `${collection.name} ${nameOf(resource)} with ${name} is valid: ${said(found)}`,
    )
  }
}

/** Judges every resource of every collection; a seed gives the same mutants again. */
export const judgeCorpus = async (data: string, packages: string, seed: number): Promise<Score> => {
  const score = new Score()
  let at = 0
  for (const collection of await readCorpus(data, packages)) {
    for (const resource of collection.resources) judge(collection, resource, seed + at++, score)
  }
  const unmet = NAMED.filter((one) => !score.named.has(one))
  for (const { in: where, resource, why } of unmet) score.wrong.push(`${where} ${resource} is named (${why}), and has no such error`)
  return score
}
