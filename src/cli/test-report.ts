// Results of PolicyTests as TAP 14 and as JUnit XML, each with what the tests say of every policy.
import { stringify } from 'yaml'
import type { PolicyCoverage, TestResult, TestRun } from '../policy-tests.ts'
import { policyInWords } from './explain-text.ts'

const placeOf = ({ position: { file, line, col } }: TestResult): string => `${file}:${line}:${col}`

const reasonsOf = ({ explanation }: TestResult, { policies }: TestRun): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (explanation?.policies ?? []).map((answer) => {
      const why = explanation && policyInWords(answer, policies.get(answer.id), explanation)
      return [answer.id, answer.granted ? 'grants' : (why ?? 'does not grant')]
    }),
  )

const names = (coverage: readonly PolicyCoverage[]): string => coverage.map(({ id }) => id).join(', ')

/** One line for each policy, and which of them no test reaches or sees granting. */
const coverageLines = (coverage: readonly PolicyCoverage[]): readonly string[] => {
  if (coverage.length === 0) return ['there are no policies']
  const idle = coverage.filter(({ asked }) => asked === 0)
  const silent = coverage.filter(({ asked, granted }) => asked > 0 && granted === 0)
  return [
    ' asked  granted  policy',
    ...coverage.map(({ id, asked, granted }) => `${String(asked).padStart(6)}  ${String(granted).padStart(7)}  ${id}`),
    ...(silent.length > 0 ? [`never granting: ${names(silent)}`] : []),
    ...(idle.length > 0 ? [`never reached: ${names(idle)}`] : []),
  ]
}

const diagnostic = (result: TestResult, run: TestRun): readonly string[] => {
  const policies = reasonsOf(result, run)
  const members = { at: placeOf(result), message: result.failure, ...(Object.keys(policies).length > 0 && { policies }) }
  return [
    '  ---',
    ...stringify(members)
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    '  ...',
  ]
}

/** A `#` would begin a directive. */
const tapName = (name: string): string => name.replaceAll('#', '\\#').replaceAll('\n', ' ')

const nameOf = ({ test: { id, description } }: TestResult): string => (description === undefined ? id : `${id}: ${description}`)

/** https://testanything.org/tap-version-14-specification.html */
export const tapReport = (run: TestRun): string => {
  const { results, coverage } = run
  const lines = results.flatMap((result, at) => {
    const line = `${result.failure === undefined ? 'ok' : 'not ok'} ${at + 1} - ${tapName(nameOf(result))}`
    return result.failure === undefined ? [line] : [line, ...diagnostic(result, run)]
  })
  const failed = results.filter(({ failure }) => failure !== undefined).length
  return [
    'TAP version 14',
    `1..${results.length}`,
    ...lines,
    `# ${results.length - failed} passed, ${failed} failed`,
    ...coverageLines(coverage).map((line) => `# ${line}`),
  ].join('\n')
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' }
/** Control characters, which XML 1.0 cannot write, are left out. */
const xml = (text: string): string =>
  [...text]
    .filter((one) => one >= ' ' || one === '\n')
    .map((one) => ESCAPES[one] ?? one)
    .join('')

const testCase = (result: TestResult, run: TestRun): string => {
  const { position, failure } = result
  const open = `    <testcase classname="${xml(position.file)}" name="${xml(nameOf(result))}" file="${xml(position.file)}" line="${position.line}"`
  if (failure === undefined) return `${open}/>`
  const reasons = Object.entries(reasonsOf(result, run)).map(([id, why]) => `${id}: ${why}`)
  return `${open}>\n      <failure message="${xml(failure)}">${xml([placeOf(result), ...reasons].join('\n'))}</failure>\n    </testcase>`
}

/** The form that CI systems read; one suite. */
export const junitReport = (run: TestRun): string => {
  const { results, coverage } = run
  const failures = results.filter(({ failure }) => failure !== undefined).length
  const counts = `tests="${results.length}" failures="${failures}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="PolicyTest" ${counts}>`,
    ...results.map((result) => testCase(result, run)),
    `    <system-out>${xml(coverageLines(coverage).join('\n'))}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
  ].join('\n')
}
