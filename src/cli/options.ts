// The command line, read by node:util; settings of the environment fill what is not given.
import { parseArgs } from 'node:util'
import type { BoxOptions } from '../box.ts'
import { readSettings, type Settings } from '../settings.ts'

export interface CommandLine {
  readonly command: string
  readonly paths: readonly string[]
  readonly settings: Settings
  readonly help: boolean
}

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  'base-url': { type: 'string' },
  data: { type: 'string' },
  'allow-egress': { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const

/** Throws TypeError (an unknown option) or SettingError, both fit to be shown. */
export const readCommandLine = (args: readonly string[], env: Readonly<Record<string, string | undefined>>): CommandLine => {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  const [command = 'serve', ...paths] = positionals
  const { port, host, data, help = false } = values
  const given = { paths, port, host, data, baseUrl: values['base-url'], allowEgress: values['allow-egress'] ?? [] }
  return { command, paths, help, settings: readSettings(given, env) }
}

/** A box's options as the settings have them. */
export const boxOptions = ({ paths, ...settings }: Settings, env: BoxOptions['env']): BoxOptions => ({
  ...settings,
  bundles: paths,
  ...(env && { env }),
})
