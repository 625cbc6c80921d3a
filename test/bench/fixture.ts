// What the server under measurement holds: 100 patients with 100 observations each, a client for tokens, one for resources.
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type Pinned, startPinned, untilReady } from './process.ts'

export const PATIENTS = 100
const PER_PATIENT = 100
const CODES = ['8867-4', '8310-5', '29463-7', '8302-2', '4548-4']

/** About 1 KB, as the observations of a real record are. */
export const observation = (patient: number, number: number) => ({
  resourceType: 'Observation',
  status: 'final',
  category: [
    {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs', display: 'Vital Signs' }],
      text: 'Vital Signs',
    },
  ],
  code: { coding: [{ system: 'http://loinc.org', code: CODES[number % CODES.length], display: 'A measurement' }], text: 'A measurement' },
  subject: { reference: `Patient/p${patient}`, display: `Person number ${patient}` },
  effectiveDateTime: new Date(Date.UTC(2020, 0, 1 + number)).toISOString(),
  issued: new Date(Date.UTC(2020, 0, 1 + number)).toISOString(),
  valueQuantity: { value: 60 + (number % 40), unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  note: [{ text: `Taken sitting, after five minutes of rest, by the same person and device as before. ${'—'.repeat(90)}` }],
})

export const CLIENT = {
  resourceType: 'Client',
  id: 'bench',
  secret: 'bench-secret',
  grant_types: ['client_credentials'],
  scope: ['system/*.cruds'],
  auth: { client_credentials: { token_format: 'jwt', access_token_expiration: 86_400 } },
}
/** The same with opaque tokens, which is what other servers introspect. */
const OPAQUE_CLIENT = {
  ...CLIENT,
  id: 'bench-opaque',
  grant_types: ['client_credentials', 'basic'],
  auth: { client_credentials: { access_token_expiration: 86_400 } },
}
const POLICY = { resourceType: 'AccessPolicy', id: 'bench', engine: 'allow', link: [{ reference: 'Client/bench' }] }

export interface Fixture {
  /** The folder of bundles. */
  readonly bundles: string
  /** A database to which they were applied, with nobody on it. */
  readonly data: string
  readonly folder: string
}

export interface Server {
  readonly port: number
  readonly process: Pinned
  readonly readyAfter: number
}

/** Starts the built server on the fixture's data. */
export const startServer = async (
  bundles: readonly string[],
  data: string,
  { options = [], patience }: { readonly options?: readonly string[]; readonly patience?: number } = {},
): Promise<Server> => {
  const port = await freePort()
  // The same base URL each time: another one would be another configuration.
  const where = ['--base-url', 'http://localhost:8080', '--port', String(port), '--data', data, ...options]
  const process = startPinned(['dist/cli.js', 'serve', ...bundles, ...where])
  return { port, process, readyAfter: await untilReady(port, process, patience) }
}

/** A folder of bundles that says who may, and nothing else. */
export const accessBundle = (folder: string, name: string): string => {
  const bundles = join(folder, name)
  mkdirSync(bundles, { recursive: true })
  writeFileSync(join(bundles, '10-access.json'), JSON.stringify([CLIENT, OPAQUE_CLIENT, POLICY]))
  return bundles
}

/** Writes the bundles and has the server apply them once. */
export const createFixture = async (): Promise<Fixture> => {
  const folder = mkdtempSync(join(tmpdir(), 'emberbox-bench-'))
  const bundles = accessBundle(folder, 'bundles')
  const lines: string[] = []
  for (let patient = 0; patient < PATIENTS; patient++) {
    lines.push(JSON.stringify({ resourceType: 'Patient', id: `p${patient}`, name: [{ family: 'Bench', given: [`Number ${patient}`] }] }))
    for (let number = 0; number < PER_PATIENT; number++) {
      lines.push(JSON.stringify({ id: `o-${patient}-${number}`, ...observation(patient, number) }))
    }
  }
  writeFileSync(join(bundles, '20-records.ndjson'), lines.join('\n'))
  const data = join(folder, 'emberbox.db')
  const { process } = await startServer([bundles], data)
  await process.stop()
  return { bundles, data, folder }
}

/** A copy of the data for a baseline, which may not share the file. */
export const copyData = ({ data, folder }: Fixture, name: string): string => {
  const copy = join(folder, `${name}.db`)
  copyFileSync(data, copy)
  return copy
}

/** A token for everything, by client_credentials. */
export const tokenOf = async (port: number, client = 'bench', path = '/auth/token', more: Record<string, string> = {}): Promise<string> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client}:bench-secret`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'system/*.cruds', ...more }),
  })
  const { access_token } = (await response.json()) as { access_token?: string }
  if (access_token === undefined) throw new Error(`no token: ${response.status}`)
  return access_token
}
