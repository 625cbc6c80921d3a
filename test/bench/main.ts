// `npm run bench [-- name…] [--rounds N] [--size N]`: ratios against limits measured in the same run, interleaved, median of several rounds;
// with a size, those that depend on how many resources are stored.
import { rmSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { CASES, type Round } from './cases.ts'
import { measureDecision } from './decision.ts'
import { createFixture } from './fixture.ts'
import { stepAside } from './process.ts'
import { casesAt, SMALL_CASES } from './sizes.ts'
import { measureValidation } from './validation.ts'
import { measureWorstPolicy } from './worst-policy.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, size: { type: 'string' } },
})
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name)
const cases = values.size === undefined ? [...CASES, ...SMALL_CASES] : casesAt(Number(values.size))
/** What is measured by itself, and at no size. */
const alone = (...names: readonly string[]): boolean => values.size === undefined && names.some(wanted)
const median = (figures: readonly number[]): number =>
  [...figures].sort((one, other) => one - other)[Math.floor(figures.length / 2)] ?? Number.NaN

const ratios: Record<string, number> = {}
const absolute: Record<string, number> = {}
let broken = 0

const report = (name: string, figure: number, limit: { readonly min?: number; readonly max?: number }, detail: string): void => {
  const held = figure >= (limit.min ?? Number.NEGATIVE_INFINITY) && figure <= (limit.max ?? Number.POSITIVE_INFINITY)
  if (!held) broken++
  const bound = limit.min === undefined ? `≤ ${limit.max}` : `≥ ${limit.min}`
  console.log(`${name.padEnd(28)} ${figure.toFixed(2).padStart(8)}  ${bound.padEnd(7)} ${held ? 'held  ' : 'BROKEN'}  ${detail}`)
}

stepAside()
const bundled = { outdir: 'dist/bench', bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' } as const
await build({ ...bundled, entryPoints: ['test/bench/baselines/server.ts'], external: ['better-sqlite3'] })
await build({ ...bundled, entryPoints: ['test/bench/baselines/oidc-provider.ts'], packages: 'external' })
const fixture = await createFixture()
try {
  for (const { name, prepare, rounds: most = Number.POSITIVE_INFINITY, ...limit } of cases.filter((one) => wanted(one.name))) {
    const { round, stop } = await prepare(fixture)
    const rounds: Round[] = []
    for (let at = 0; at < Math.min(Number(values.rounds), most); at++) rounds.push(await round())
    await stop()
    const [ours, against] = [median(rounds.map((one) => one.ours)), median(rounds.map((one) => one.limit))]
    ratios[name] = median(rounds.map((one) => one.ours / one.limit))
    const also = Object.keys(rounds[0]?.also ?? {}).map(
      (figure) => [figure, median(rounds.map((one) => one.also?.[figure] ?? Number.NaN))] as const,
    )
    Object.assign(absolute, Object.fromEntries(also))
    const beside = also.map(([figure, value]) => `, ${figure} ${value.toFixed(0)}`)
    report(name, ratios[name], limit, `${ours.toFixed(0)} against ${against.toFixed(0)}${beside.join('')}`)
  }
  if (alone('decision_us', 'decision_10000_vs_10')) {
    const { decision_us, decision_10000_vs_10 } = await measureDecision()
    ratios.decision_10000_vs_10 = decision_10000_vs_10
    absolute.decision_us = decision_us
    report('decision_10000_vs_10', decision_10000_vs_10, { max: 1.5 }, '')
    report('decision_us', decision_us, { max: 1 }, '')
  }
  if (alone('validate_us')) {
    const { validate_us, profile } = await measureValidation()
    absolute.validate_us = validate_us
    report('validate_us', validate_us, { max: 20 }, profile)
  }
  if (alone('worst_policy_us')) {
    const { microseconds, policy } = measureWorstPolicy()
    absolute.worst_policy_us = microseconds
    report('worst_policy_us', microseconds, { max: 50_000 }, policy)
  }
} catch (error) {
  console.error(error)
  process.exit(1)
} finally {
  rmSync(fixture.folder, { recursive: true, force: true })
}
const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, memory: totalmem() }
writeFileSync('bench.json', `${JSON.stringify({ ratios, absolute, machine }, null, 2)}\n`)
process.exitCode = broken > 0 ? 1 : 0
