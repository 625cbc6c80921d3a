// Runs PolicyTests: each is explained on a box as whom it names, and the decision compared with what it expects. Nothing is requested.
import type { Box } from './box.ts'
import type { Position } from './bundle/diagnostic.ts'
import type { Entry } from './bundle/entries.ts'
import { NoSuchPrincipal } from './explain-as.ts'
import type { ExplainedAs } from './generation.ts'
import { HttpError } from './http/errors.ts'
import { stringifyJson } from './http/json.ts'
import type { Explanation } from './policy/explain.ts'
import type { PolicyTest } from './policy/types/policy-test.ts'

export interface TestResult {
  readonly test: PolicyTest
  /** Where it stands; of a failure, what of it does not hold. */
  readonly position: Position
  /** undefined where it holds. */
  readonly failure?: string
  /** undefined where the request came to no decision. */
  readonly explanation?: Explanation
}

/** How much the tests say of one policy. */
export interface PolicyCoverage {
  readonly id: string
  /** Tests whose request the policy was asked about, and those where it granted. */
  readonly asked: number
  readonly granted: number
}

export interface TestRun {
  readonly results: readonly TestResult[]
  readonly coverage: readonly PolicyCoverage[]
  /** The policies as they are declared. */
  readonly policies: ExplainedAs['policies']
}

const reasonOf = ({ decision }: Explanation): NonNullable<PolicyTest['reason']> | undefined => {
  if (decision.permit) return undefined
  if (decision.status === 401) return 'authentication'
  return decision.insufficientScope ? 'scope' : 'policy'
}

const WHY: Readonly<Record<NonNullable<PolicyTest['reason']>, string>> = {
  authentication: 'nobody has signed in and no policy grants it',
  scope: 'no scope covers it',
  policy: 'no policy grants it',
}

const grantingOf = ({ policies }: Explanation): readonly string[] => policies.filter(({ granted }) => granted).map(({ id }) => id)

type Failure = { readonly at: 'expect' | 'by' | 'reason'; readonly message: string }

const compare = ({ expect, by, reason }: PolicyTest, explanation: Explanation): Failure | undefined => {
  const found = reasonOf(explanation)
  if (expect === 'allow' && found) return { at: 'expect', message: `expected allow, but it is denied: ${WHY[found]}` }
  const granting = grantingOf(explanation)
  if (expect === 'deny' && !found) return { at: 'expect', message: `expected deny, but it is allowed by ${granting.join(', ')}` }
  if (by !== undefined && !granting.includes(by))
    return { at: 'by', message: `expected a grant by ${by}, but it is allowed by ${granting.join(', ')}` }
  if (reason !== undefined && reason !== found) {
    return { at: 'reason', message: `expected a denial by ${reason}, but ${found === undefined ? 'it is allowed' : WHY[found]}` }
  }
  return undefined
}

/** Why the request came to no decision. */
const undecided = ({ response }: ExplainedAs): string => {
  if (!response || response.status < 400) return 'no policy is asked: the path is open to everybody'
  return `the request is refused with ${response.status} before any policy is asked`
}

const askedOf = ({ request: { method, url, headers, body } }: PolicyTest) => ({
  method,
  url,
  ...(headers && { headers }),
  ...(body !== undefined && { body }),
})

const runOne = async (box: Box, entry: Entry): Promise<TestResult> => {
  // The entry was checked against the schema of its type.
  const test: PolicyTest = JSON.parse(stringifyJson(entry.resource))
  const failed = (path: 'expect' | 'by' | 'reason' | 'as' | 'request', failure: string) => ({
    test,
    position: entry.locate([path]),
    failure,
  })
  try {
    const explained = await box.explain(test.as ?? {}, askedOf(test))
    const [explanation] = explained.explanations
    if (!explanation) return failed('request', undecided(explained))
    const failure = compare(test, explanation)
    return failure ? { ...failed(failure.at, failure.message), explanation } : { test, position: entry.position, explanation }
  } catch (error) {
    if (error instanceof NoSuchPrincipal) return failed('as', error.message)
    if (error instanceof HttpError) return failed('request', error.message)
    throw error
  }
}

const coverageOf = (ids: Iterable<string>, results: readonly TestResult[]): readonly PolicyCoverage[] => {
  const asked = results.flatMap(({ explanation }) => explanation?.policies ?? [])
  return [...ids].sort().map((id) => {
    const answers = asked.filter((answer) => answer.id === id)
    return { id, asked: answers.length, granted: answers.filter(({ granted }) => granted).length }
  })
}

/** Runs every PolicyTest of the entries, in their order. */
export const runPolicyTests = async (box: Box, entries: readonly Entry[]): Promise<TestRun> => {
  const results: TestResult[] = []
  const whole = entries.filter(({ type, method }) => type === 'PolicyTest' && (method === 'PUT' || method === 'POST'))
  for (const entry of whole) results.push(await runOne(box, entry))
  const { policies } = await box.explain({}, { method: 'GET', url: '/health' })
  return { results, policies, coverage: coverageOf(policies.keys(), results) }
}
