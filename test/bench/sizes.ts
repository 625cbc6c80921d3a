// What must not depend on how much is stored (issue 5, Done 7): single requests, one at a time, to two servers that differ in nothing but
// their data; and a search by patient, category and date, sorted by date, against a bare Hono server that runs the same statement.
import { type Case, sideBySide, startBaseline } from './cases.ts'
import { accessBundle, copyData, type Fixture, startServer, tokenOf } from './fixture.ts'
import { importCase, importedRecords } from './imports.ts'
import { medianMicroseconds, request } from './load.ts'
import { idOf, numberOf } from './records/identity.ts'
import { patientsIn, VITAL_SIGNS_PER_PATIENT } from './records/records.ts'
import { statementOf } from './statement.ts'

/** What the server at another size is compared with. */
const SMALL = 10_000
/** Enough for an import of several seconds. */
const IMPORTED = 30_000
/** From here on one round of an import is enough. */
const LARGE = 200_000
const SEQUENCE = { warmUp: 500, requests: 2_000 }
/** Patients that are asked about in turn; the bare server has the values of each. */
const ASKED = 40

const patientOf = (size: number, at: number): number => numberOf(patientsIn(size), at, size)

type PathOf = (size: number, at: number) => string

const readPath: PathOf = (size, at) =>
  `/fhir/Observation/${idOf('Observation', patientOf(size, at), numberOf(VITAL_SIGNS_PER_PATIENT, at, 1))}`
const dateQuery = (size: number, at: number): string =>
  `patient=Patient/${idOf('Patient', patientOf(size, at))}&category=vital-signs&date=ge2020&_sort=-date&_count=20`
const searchPath: PathOf = (size, at) => `/fhir/Observation?${dateQuery(size, at)}`

/** A server on so many records, with a token for everything. */
const serverOf = async (fixture: Fixture, size: number) => {
  const data = await importedRecords(fixture, size)
  const { port, process } = await startServer([accessBundle(fixture.folder, 'access')], data, { patience: 120_000 })
  return { port, process, authorization: `Bearer ${await tokenOf(port)}` }
}

/** Single requests at this size and at 10,000. */
const versusSmall =
  (size: number, pathOf: PathOf): Case['prepare'] =>
  async (fixture) => {
    const [large, small] = [await serverOf(fixture, size), await serverOf(fixture, SMALL)]
    let asked = 0
    const median = ({ port, authorization }: typeof large, of: number) =>
      medianMicroseconds(port, () => request('GET', pathOf(of, asked++), { authorization }), SEQUENCE)
    return {
      round: async () => ({ ours: await median(large, size), limit: await median(small, SMALL) }),
      stop: async () => {
        await large.process.stop()
        await small.process.stop()
      },
    }
  }

const dateSearch =
  (size: number): Case['prepare'] =>
  async (fixture) => {
    const copy = copyData({ ...fixture, data: await importedRecords(fixture, size) }, `records-${size}-baseline`)
    const statement = await statementOf(
      copy,
      Array.from({ length: ASKED }, (_, at) => dateQuery(size, at)),
    )
    const server = await serverOf(fixture, size)
    const { authorization } = server
    let asked = 0
    return sideBySide(server, await startBaseline(copy, statement), () =>
      request('GET', searchPath(size, asked++ % ASKED), { authorization }),
    )
  }

const words = (size: number): string => (size % 1_000_000 === 0 ? `${size / 1_000_000}m` : `${size / 1_000}k`)

const imports = (size: number, ending: string): readonly Case[] => {
  const rounds = size >= LARGE ? { rounds: 1 } : {}
  return [
    { name: 'import_vs_insert', min: 0.4, ...rounds, prepare: importCase(size, 'off', `import${ending}`) },
    { name: 'import_validated_vs_insert', min: 0.3, ...rounds, prepare: importCase(size, 'enforce', `import_validated${ending}`) },
  ]
}

/** Where no size is given. */
export const SMALL_CASES: readonly Case[] = [
  { name: 'search_date_vs_hono_sqlite', min: 0.5, prepare: dateSearch(SMALL) },
  ...imports(IMPORTED, ''),
]

/** At the size that is given. */
export const casesAt = (size: number): readonly Case[] => [
  ...imports(size, `_${words(size)}`),
  { name: `read_${words(size)}_vs_10k`, max: 1.5, prepare: versusSmall(size, readPath) },
  { name: `search_${words(size)}_vs_10k`, max: 1.5, prepare: versusSmall(size, searchPath) },
  { name: 'search_date_vs_hono_sqlite', min: 0.5, prepare: dateSearch(size) },
]
