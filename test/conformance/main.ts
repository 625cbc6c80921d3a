// `npm run conformance -- smart`: the certification kits of ../shared/inferno against the built server, from nothing to a verdict.
// `npm run conformance -- validation`: our validator over ../shared/data, the packages' examples and mutants of both; no server, no kit.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Report, unexpected } from './exceptions.ts'
import { answers, run, type Started, start } from './processes.ts'
import { runValidation } from './validation/report.ts'

const KITS = '../shared/inferno'
const DATA = '../shared/data/us-core'
const PACKAGES = '../shared/data/packages'
/** What `install` exits with when a registry does not answer. */
const TRY_AGAIN = 75

const args = process.argv.slice(2)
const started: Started[] = []
const folder = mkdtempSync(join(tmpdir(), 'emberbox-conformance-'))

const records = (): string[] =>
  readdirSync(DATA)
    .filter((file) => /\.(?:json|ndjson)$/.test(file))
    .sort()
    .map((file) => join(DATA, file))

const reportFile = (): string => {
  const at = args.indexOf('--report')
  return (at < 0 ? undefined : args[at + 1]) ?? join(folder, 'report.json')
}

/** Where everything that failed is named in exceptions.ts, the kits are passed. */
const judge = (report: Report): number => {
  const left = unexpected(report)
  const named = report.problems.length - left.length
  console.log(
    `${named} failed for what is really wrong in the kits' data (test/conformance/exceptions.ts), ${left.length} for something else`,
  )
  return left.length === 0 ? 0 : 1
}

const validation = async (): Promise<number> => {
  if (!existsSync(DATA) || !existsSync(PACKAGES)) {
    console.error(`there is nothing at ${DATA} or ${PACKAGES}`)
    return 69
  }
  const at = args.indexOf('--seed')
  return runValidation(DATA, PACKAGES, at < 0 ? undefined : Number(args[at + 1]))
}

const kits = async (): Promise<number> => {
  if (!existsSync(KITS)) {
    console.error(`the kits are not at ${KITS}`)
    return 69
  }
  const installed = await run(`${KITS}/install`, [])
  if (installed !== 0) {
    console.error(installed === TRY_AGAIN ? 'a registry does not answer: the kits were NOT RUN' : 'the kits could not be installed')
    return installed
  }
  if (!existsSync('dist/cli.js') && (await run('npm', ['run', 'build'])) !== 0) return 1
  const serve = ['dist/cli.js', 'serve', 'bundles/inferno', PACKAGES, ...records(), '--port', '8080', '--data', join(folder, 'emberbox.db')]
  // The kits ask $validate for a profile; that one reference of the data leads nowhere is said when it is loaded, and no fault of its form.
  const settings = ['--allow-egress', 'http://localhost:4567', '--validation', `report=${DATA}`, '--references', 'report']
  const server = start(process.execPath, [...serve, ...settings], { quiet: true })
  started.push(server)
  await answers('http://localhost:8080/health', server, 90)
  const inferno = start(`${KITS}/serve`, [], { quiet: true })
  started.push(inferno)
  await answers('http://localhost:4567/api/test_suites', inferno, 120)
  const report = reportFile()
  const asked = [...args, ...(args.includes('--strict') ? [] : ['--strict']), ...(args.includes('--report') ? [] : ['--report', report])]
  const status = await run(process.execPath, [`${KITS}/conformance.mjs`, ...asked])
  return status === 0 || !existsSync(report) ? status : judge(JSON.parse(readFileSync(report, 'utf8')))
}

try {
  process.exitCode = await (args[0] === 'validation' ? validation() : kits())
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  for (const { stop } of started.reverse()) await stop()
  rmSync(folder, { recursive: true, force: true })
}
