// `emberbox test [paths…]`: runs the PolicyTests of bundles, in memory; exit 1 where one fails, or there is none.
import { BundleError, createBox, readBundles } from '../box.ts'
import { formatDiagnostic } from '../bundle/diagnostic.ts'
import { runPolicyTests, type TestRun } from '../policy-tests.ts'
import { boxOptions, type CommandLine } from './options.ts'
import { junitReport, tapReport } from './test-report.ts'

const REPORTS: Readonly<Record<CommandLine['format'], (run: TestRun) => string>> = { tap: tapReport, junit: junitReport }

export const test = async ({ settings, format }: CommandLine): Promise<number> => {
  const options = { ...boxOptions(settings, process.env), data: ':memory:' }
  const { entries, diagnostics } = await readBundles(options)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    for (const one of errors) console.error(formatDiagnostic(one))
    return 1
  }
  try {
    const box = await createBox(options)
    const run = await runPolicyTests(box, entries).finally(() => box.close())
    console.log(REPORTS[format](run))
    if (run.results.length === 0) console.error(`there is no PolicyTest in ${settings.paths.join(' ')}`)
    return run.results.length > 0 && run.results.every(({ failure }) => failure === undefined) ? 0 : 1
  } catch (error) {
    if (!(error instanceof BundleError)) throw error
    console.error(error.message)
    return 1
  }
}
