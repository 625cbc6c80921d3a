// `emberbox check [paths…]`: validates bundles, serves nothing.
import { readBundles } from '../box.ts'
import { formatDiagnostic } from '../bundle/diagnostic.ts'
import { boxOptions, type CommandLine } from './options.ts'

/** Prints every diagnostic. Exit status 1 where one is an error. */
export const check = async ({ settings }: CommandLine): Promise<number> => {
  const { diagnostics } = await readBundles(boxOptions(settings, process.env))
  for (const one of diagnostics) console.log(formatDiagnostic(one))
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  console.error(`${errors} error${errors === 1 ? '' : 's'}, ${diagnostics.length - errors} warnings in ${settings.paths.join(' ')}`)
  return errors > 0 ? 1 : 0
}
