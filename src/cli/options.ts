// The command line, read by node:util; settings of the environment fill what is not given.
import { parseArgs } from 'node:util'
import type { BoxOptions } from '../box.ts'
import { readSettings, type Settings } from '../settings.ts'

export interface CommandLine {
  readonly command: string
  readonly paths: readonly string[]
  readonly settings: Settings
  readonly help: boolean
  readonly version: boolean
  /** Of `explain`: whose request, and which; undefined where the method or the path is not given. */
  readonly explain: ExplainLine | undefined
  /** Of `test`. */
  readonly format: 'tap' | 'junit'
  /** Of `keys rotate`: what was signed with the keys before is not accepted any more. */
  readonly discard: boolean
}

export interface ExplainLine {
  readonly method: string
  readonly url: string
  readonly user: string | undefined
  readonly client: string | undefined
  readonly scopes: readonly string[]
  /** The patient in context. */
  readonly patient: string | undefined
  readonly headers: readonly string[]
  /** A file. */
  readonly body: string | undefined
}

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  'base-url': { type: 'string' },
  data: { type: 'string' },
  'allow-egress': { type: 'string', multiple: true },
  validation: { type: 'string', multiple: true },
  references: { type: 'string', multiple: true },
  discard: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  user: { type: 'string' },
  client: { type: 'string' },
  scope: { type: 'string', multiple: true },
  patient: { type: 'string' },
  header: { type: 'string', multiple: true },
  body: { type: 'string' },
  format: { type: 'string' },
} as const

/** Options that one command alone has. */
const OWN: ReadonlyMap<string, string> = new Map([
  ...['user', 'client', 'scope', 'patient', 'header', 'body'].map((name) => [name, 'explain'] as const),
  ['format', 'test'],
  ['discard', 'keys'],
])

const checkOwn = (command: string, given: readonly string[]): void => {
  for (const name of given) {
    const owner = OWN.get(name)
    if (owner !== undefined && owner !== command) throw new TypeError(`--${name} is an option of ${owner}, not of ${command}`)
  }
}

const formatOf = (given: string | undefined): CommandLine['format'] => {
  if (given === undefined || given === 'tap' || given === 'junit') return given ?? 'tap'
  throw new TypeError('--format is tap or junit')
}

/** Throws TypeError (an unknown option) or SettingError, both fit to be shown. */
export const readCommandLine = (args: readonly string[], env: Readonly<Record<string, string | undefined>>): CommandLine => {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  const [command = 'serve', ...rest] = positionals
  checkOwn(command, Object.keys(values))
  // `explain GET /fhir/Patient [paths…]`
  const [method, url] = command === 'explain' ? rest : []
  const paths = command === 'explain' ? rest.slice(2) : rest
  const { port, host, data, help = false, version = false, discard = false, user, client, patient, body } = values
  const as = { user, client, patient, body, scopes: values.scope ?? [], headers: values.header ?? [] }
  const given = {
    paths,
    port,
    host,
    data,
    baseUrl: values['base-url'],
    allowEgress: values['allow-egress'] ?? [],
    validation: values.validation ?? [],
    references: values.references ?? [],
  }
  const explain = method === undefined || url === undefined ? undefined : { method: method.toUpperCase(), url, ...as }
  return { command, paths, help, version, settings: readSettings(given, env), explain, format: formatOf(values.format), discard }
}

/** A box's options as the settings have them. */
export const boxOptions = ({ paths, ...settings }: Settings, env: BoxOptions['env']): BoxOptions => ({
  ...settings,
  bundles: paths,
  ...(env && { env }),
})
