// Imports at start (issue 5, Done 7): an NDJSON file of records, every search parameter indexed, against a bare loop that inserts the same rows.
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Case } from './cases.ts'
import { accessBundle, type Fixture, startServer } from './fixture.ts'
import { cpuSeconds, peakMegabytes, startPinned } from './process.ts'
import { writeRecords } from './records/records.ts'

/** What the store does while it imports: the limit does it too. */
const SETTINGS = { batch: 5_000, cacheKilobytes: 65_536, checkpoint: 40_000 }
const PATIENCE_MS = 3_600_000

type Mode = 'off' | 'enforce'

interface Import {
  /** Of the processor, less what a start costs that imports nothing. */
  readonly perCpuSecond: number
  /** By the clock, the start included. */
  readonly perSecond: number
  readonly peak: number
}

const recordsOf = async ({ folder }: Fixture, size: number): Promise<string> => {
  const bundles = join(folder, `records-${size}`)
  if (existsSync(bundles)) return bundles
  mkdirSync(bundles)
  await writeRecords(join(bundles, 'records.ndjson'), size)
  return bundles
}

const databaseOf = ({ folder }: Fixture, size: number): string => join(folder, `records-${size}.db`)

const remove = (data: string): void => {
  for (const end of ['', '-wal', '-shm', '.keys.json']) rmSync(`${data}${end}`, { force: true })
}

/** Starts on a database that is not there, and stops. */
const started = async (bundles: readonly string[], data: string, mode: Mode) => {
  remove(data)
  const { process, readyAfter } = await startServer(bundles, data, { options: ['--validation', mode], patience: PATIENCE_MS })
  const figures = { cpu: cpuSeconds(process.pid), seconds: readyAfter / 1000, peak: peakMegabytes(process.pid) }
  await process.stop()
  return figures
}

const importOnce = async (fixture: Fixture, size: number, mode: Mode): Promise<Import> => {
  const access = accessBundle(fixture.folder, 'access')
  const nothing = await started([access], join(fixture.folder, 'nothing.db'), mode)
  const { cpu, seconds, peak } = await started([access, await recordsOf(fixture, size)], databaseOf(fixture, size), mode)
  return { perCpuSecond: size / (cpu - nothing.cpu), perSecond: size / seconds, peak }
}

/** The database of so many records, imported by the server. */
export const importedRecords = async (fixture: Fixture, size: number): Promise<string> => {
  const data = databaseOf(fixture, size)
  if (!existsSync(data)) await importOnce(fixture, size, 'off')
  return data
}

const insertOnce = async (fixture: Fixture, size: number): Promise<{ readonly perCpuSecond: number; readonly perSecond: number }> => {
  const target = join(fixture.folder, 'insert.db')
  const args = ['--expose-gc', '--import', 'tsx', 'test/bench/baselines/import.ts', databaseOf(fixture, size), target]
  const { output } = startPinned([...args, JSON.stringify(SETTINGS)], { keep: true })
  const figures = JSON.parse(await output)
  remove(target)
  return figures
}

/** Imports with this validation; `name` is that of the absolute figure. */
export const importCase =
  (size: number, mode: Mode, name: string): Case['prepare'] =>
  async (fixture) => {
    await recordsOf(fixture, size)
    return {
      round: async () => {
        const ours = await importOnce(fixture, size, mode)
        const limit = await insertOnce(fixture, size)
        const also = {
          [`${name}_resources_per_s`]: ours.perSecond,
          [`${name}_peak_mb`]: ours.peak,
          insert_resources_per_s: limit.perSecond,
        }
        return { ours: ours.perCpuSecond, limit: limit.perCpuSecond, also }
      },
      stop: async () => undefined,
    }
  }
