// What is measured, each against its limit in the same run: a visible table.
import { copyFileSync } from 'node:fs'
import { copyData, type Fixture, observation, PATIENTS, startServer, tokenOf } from './fixture.ts'
import { request, run } from './load.ts'
import { policyBundle } from './policies.ts'
import { cpuSeconds, freePort, type Pinned, pssMegabytes, startPinned, untilReady } from './process.ts'
import { type Statement, statementOf } from './statement.ts'

export interface Case {
  readonly name: string
  /** What the ratio must reach (`min`) or not exceed (`max`). */
  readonly min?: number
  readonly max?: number
  /** Where fewer are enough. */
  readonly rounds?: number
  prepare(fixture: Fixture): Promise<{ round(): Promise<Round>; stop(): Promise<void> }>
}

/** The figure of the server and of the limit; the ratio is the first over the second. */
export interface Round {
  readonly ours: number
  readonly limit: number
  /** Absolute figures beside them, by name. */
  readonly also?: Readonly<Record<string, number>>
}

const IN_FLIGHT = 32
const SECONDS = 3
const WARM_UP_SECONDS = 1
const QUERY = 'patient=Patient/p7&code=http://loinc.org%7C8867-4&_count=20'
const JSON_TYPE = { 'content-type': 'application/fhir+json' }

type Target = { readonly port: number; readonly pid: number }

/** Answers per CPU second of the process. */
export const rate = async ({ port, pid }: Target, next: () => Buffer, status: number): Promise<number> => {
  const load = { port, inFlight: IN_FLIGHT, next, status }
  await run({ ...load, seconds: WARM_UP_SECONDS })
  const before = cpuSeconds(pid)
  const count = await run({ ...load, seconds: SECONDS })
  return count / (cpuSeconds(pid) - before)
}

const perCpuSecond = async (args: readonly string[]): Promise<number> => {
  const { output } = startPinned(['--import', 'tsx', ...args], { keep: true })
  return (JSON.parse(await output) as { perCpuSecond: number }).perCpuSecond
}

/** A bare Hono server on this file; without a statement it serves nothing. */
export const startBaseline = async (file: string, statement?: Statement) => {
  const port = await freePort()
  const process = startPinned(['dist/bench/server.js', String(port), file, JSON.stringify(statement ?? {})])
  return { port, process, readyAfter: await untilReady(port, process) }
}

interface Running {
  readonly port: number
  readonly process: Pinned
}

/** The same requests, each answered with 200, to the server and to the bare one. */
export const sideBySide = (server: Running, baseline: Running, next: () => Buffer) => ({
  round: async (): Promise<Round> => ({
    ours: await rate({ port: server.port, pid: server.process.pid }, next, 200),
    limit: await rate({ port: baseline.port, pid: baseline.process.pid }, next, 200),
  }),
  stop: async () => {
    await server.process.stop()
    await baseline.process.stop()
  },
})

const versusHono =
  (pathOf: () => string): Case['prepare'] =>
  async (fixture) => {
    const statement = await statementOf(copyData(fixture, 'statement'), [QUERY])
    const server = await startServer([fixture.bundles], fixture.data)
    const baseline = await startBaseline(copyData(fixture, 'baseline'), statement)
    const authorization = `Bearer ${await tokenOf(server.port)}`
    return sideBySide(server, baseline, () => request('GET', pathOf(), { authorization }))
  }

/** Both of one server. */
const searchesVersusReads: Case['prepare'] = async (fixture) => {
  const { port, process } = await startServer([fixture.bundles], copyWithKeys(fixture, 'searches'))
  const authorization = `Bearer ${await tokenOf(port)}`
  const rateOf = (pathOf: () => string) => rate({ port, pid: process.pid }, () => request('GET', pathOf(), { authorization }), 200)
  return {
    round: async () => ({ ours: await rateOf(() => `/fhir/Observation?${QUERY}`), limit: await rateOf(nextRead) }),
    stop: () => process.stop(),
  }
}

const creates: Case['prepare'] = async (fixture) => {
  const server = await startServer([fixture.bundles], copyWithKeys(fixture, 'creates'))
  const headers = { authorization: `Bearer ${await tokenOf(server.port)}`, ...JSON_TYPE }
  let number = 0
  const next = () => request('POST', '/fhir/Observation', headers, JSON.stringify(observation(number % PATIENTS, number++)))
  return {
    round: async () => ({
      ours: await rate({ port: server.port, pid: server.process.pid }, next, 201),
      limit: await perCpuSecond(['test/bench/baselines/insert.ts', copyData(fixture, `insert-${number}`), 'o-7-0', String(SECONDS)]),
    }),
    stop: () => server.process.stop(),
  }
}

/** A form, posted by a client that proves itself with its secret. */
const formPost = (path: string, client: string, form: Readonly<Record<string, string>>): Buffer => {
  const headers = { authorization: `Basic ${btoa(`${client}:bench-secret`)}`, 'content-type': 'application/x-www-form-urlencoded' }
  return request('POST', path, headers, new URLSearchParams(form).toString())
}
const TOKEN_FORM = { grant_type: 'client_credentials', scope: 'system/*.cruds' }

const tokens: Case['prepare'] = async (fixture) => {
  const server = await startServer([fixture.bundles], copyWithKeys(fixture, 'tokens'))
  const bytes = formPost('/auth/token', 'bench', TOKEN_FORM)
  return {
    round: async () => ({
      ours: await rate({ port: server.port, pid: server.process.pid }, () => bytes, 200),
      limit: await perCpuSecond(['test/bench/baselines/sign.ts', String(SECONDS)]),
    }),
    stop: () => server.process.stop(),
  }
}

const RESOURCE = 'urn:bench:fhir'

interface Asked {
  readonly ours: (port: number) => Promise<Buffer>
  readonly theirs: (port: number) => Promise<Buffer>
}

/** The same request to npm oidc-provider with its in-memory adapter. */
const versusOidcProvider =
  ({ ours, theirs }: Asked): Case['prepare'] =>
  async (fixture) => {
    const server = await startServer([fixture.bundles], copyWithKeys(fixture, 'oidc-provider'))
    const port = await freePort()
    const provider = startPinned(['dist/bench/oidc-provider.js', String(port), RESOURCE, 'bench', 'bench-secret', 'system/*.cruds'])
    await untilReady(port, provider)
    const [own, other] = [await ours(server.port), await theirs(port)]
    return {
      round: async () => ({
        ours: await rate({ port: server.port, pid: server.process.pid }, () => own, 200),
        limit: await rate({ port, pid: provider.pid }, () => other, 200),
      }),
      stop: async () => {
        await server.process.stop()
        await provider.stop()
      },
    }
  }

/** JWT access tokens, RS256, by client_credentials. */
const tokensOfBoth = versusOidcProvider({
  ours: async () => formPost('/auth/token', 'bench', TOKEN_FORM),
  theirs: async () => formPost('/token', 'bench', { ...TOKEN_FORM, resource: RESOURCE }),
})

/** A live token, opaque in both since theirs keeps no JWT, by the client that it was issued to. */
const introspectionsOfBoth = versusOidcProvider({
  ours: async (port) => formPost('/auth/introspect', 'bench-opaque', { token: await tokenOf(port, 'bench-opaque') }),
  theirs: async (port) => formPost('/token/introspection', 'bench', { token: await tokenOf(port, 'bench', '/token') }),
})

/** Reads where one policy stands, and where a thousand do of which it is one. */
const readsWith1000Policies: Case['prepare'] = async (fixture) => {
  const started = async (count: number) => {
    const from = [[policyBundle(fixture, count)], copyWithKeys(fixture, `policies-${count}`)] as const
    // A start that applies them leaves more to collect the more they are.
    await (await startServer(...from)).process.stop()
    const server = await startServer(...from)
    const authorization = `Bearer ${await tokenOf(server.port)}`
    return { server, next: () => request('GET', nextRead(), { authorization }) }
  }
  const [many, one] = [await started(1_000), await started(1)]
  const rateOf = ({ server, next }: typeof one) => rate({ port: server.port, pid: server.process.pid }, next, 200)
  return {
    round: async () => ({ ours: await rateOf(many), limit: await rateOf(one) }),
    stop: async () => {
      await many.server.process.stop()
      await one.server.process.stop()
    },
  }
}

/** The key file stands beside the data; without it every start would make new keys. */
const copyWithKeys = (fixture: Fixture, name: string): string => {
  const copy = copyData(fixture, name)
  copyFileSync(`${fixture.data}.keys.json`, `${copy}.keys.json`)
  return copy
}

const idle =
  (measure: (process: Awaited<ReturnType<typeof startBaseline>>) => number): Case['prepare'] =>
  async (fixture) => {
    const data = `${fixture.folder}/demo.db`
    await (await startServer(['bundles/demo'], data)).process.stop()
    const settled = async (started: Promise<Awaited<ReturnType<typeof startBaseline>>>): Promise<number> => {
      const server = await started
      await new Promise((resolve) => setTimeout(resolve, 500))
      const figure = measure(server)
      await server.process.stop()
      return figure
    }
    return {
      round: async () => ({
        ours: await settled(startServer(['bundles/demo'], data)),
        limit: await settled(startBaseline(copyData(fixture, 'idle'))),
      }),
      stop: async () => undefined,
    }
  }

let reads = 0

/** Another resource each time. */
const nextRead = (): string => {
  reads++
  return `/fhir/Observation/o-${reads % PATIENTS}-${Math.floor(reads / PATIENTS) % 100}`
}

export const CASES: readonly Case[] = [
  { name: 'read_vs_hono_sqlite', min: 0.5, prepare: versusHono(nextRead) },
  { name: 'search_vs_hono_sqlite', min: 0.4, prepare: versusHono(() => `/fhir/Observation?${QUERY}`) },
  { name: 'search_vs_read', min: 0.3, prepare: searchesVersusReads },
  { name: 'read_1000_policies_vs_1', min: 0.95, prepare: readsWith1000Policies },
  { name: 'create_vs_insert', min: 0.5, prepare: creates },
  { name: 'token_vs_jose', min: 0.7, prepare: tokens },
  { name: 'token_vs_oidc_provider', min: 1.3, prepare: tokensOfBoth },
  { name: 'introspect_vs_oidc_provider', min: 2, prepare: introspectionsOfBoth },
  { name: 'start_vs_hono', max: 2.5, prepare: idle(({ readyAfter }) => readyAfter) },
  { name: 'rss_vs_hono', max: 1.7, prepare: idle(({ process }) => pssMegabytes(process.pid)) },
]
