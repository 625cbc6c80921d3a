// `emberbox serve [paths…]`: opens the box, listens, and stops gracefully.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Box, BundleError, createBox } from '../box.ts'
import { formatDiagnostic } from '../bundle/diagnostic.ts'
import { listen } from '../server.ts'
import { openLog } from './log.ts'
import { boxOptions, type CommandLine } from './options.ts'

const announce = async (box: Box): Promise<void> => {
  const counts = [...(await box.counts())].sort(([one], [other]) => (one < other ? -1 : 1))
  const logins = await box.signInHints()
  const lines = [
    `Emberbox   ${box.baseUrl}`,
    `FHIR base  ${box.baseUrl}/fhir`,
    `Loaded     ${counts.map(([type, count]) => `${type} ${count}`).join(', ') || 'nothing'}`,
    `Bundles    ${box.applied.applied} entries applied, ${box.applied.skipped} unchanged`,
    ...logins.map((login, at) => `${at === 0 ? 'Sign in   ' : '          '} ${login}`),
    `Open       ${box.baseUrl}/`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Serves until SIGTERM or SIGINT. Resolves to the exit status. */
export const serve = async ({ settings }: CommandLine): Promise<number> => {
  if (settings.data !== ':memory:') mkdirSync(dirname(settings.data), { recursive: true })
  const log = openLog()
  let box: Box
  try {
    box = await createBox({ ...boxOptions(settings, process.env), log })
  } catch (error) {
    if (!(error instanceof BundleError)) throw error
    console.error(error.message)
    return 1
  }
  for (const one of box.diagnostics) console.error(formatDiagnostic(one))
  const { stop } = await listen(box, settings)
  await announce(box)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  await stop()
  return 0
}
