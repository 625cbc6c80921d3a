// `emberbox explain [--user …] [--client …] GET '/fhir/Observation?…' [paths…]`: why a request would be granted or denied. The bundles are
// loaded in memory; the request itself is not made.
import { readFileSync } from 'node:fs'
import { type Box, BundleError, createBox } from '../box.ts'
import { type ExplainAs, NoSuchPrincipal } from '../explain-as.ts'
import { parseJson } from '../http/json.ts'
import { parseYaml } from '../http/yaml.ts'
import { explanationsText } from './explain-text.ts'
import { boxOptions, type CommandLine, type ExplainLine } from './options.ts'

const asOf = ({ user, client, scopes, patient }: ExplainLine): ExplainAs => ({
  ...(user !== undefined && { user }),
  ...(client !== undefined && { client }),
  ...(scopes.length > 0 && { scope: scopes.flatMap((text) => text.split(/\s+/).filter((one) => one !== '')) }),
  ...(patient !== undefined && { context: { patient } }),
})

const headersOf = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    lines.map((text) => {
      const colon = text.indexOf(':')
      return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]
    }),
  )

const bodyOf = async (file: string | undefined): Promise<unknown> => {
  if (file === undefined) return undefined
  const bytes = readFileSync(file)
  return /\.ya?ml$/.test(file) ? parseYaml(bytes) : parseJson(bytes)
}

const diagnosticsOf = (outcome: string | undefined): string => {
  const { issue = [] }: { issue?: ReadonlyArray<{ diagnostics?: string }> } = outcome ? JSON.parse(outcome) : {}
  return issue.map(({ diagnostics }) => `: ${diagnostics}`).join('')
}

const explained = async (box: Box, line: ExplainLine): Promise<string> => {
  const { method, url } = line
  const body = await bodyOf(line.body)
  const asked = { method, url, headers: headersOf(line.headers), ...(body !== undefined && { body }) }
  const { explanations, response, policies } = await box.explain(asOf(line), asked)
  if (explanations.length > 0) return explanationsText(explanations, policies)
  const status = response?.status ?? 0
  if (status < 400) return `${method} ${url}\n\n  Open to everybody: no policy is asked.`
  return `${method} ${url}\n\n  Refused with ${status} before any policy is asked${diagnosticsOf(await response?.text())}`
}

/** Exit status 1 where the bundles cannot be loaded or the principal does not exist. */
export const explain = async ({ settings, explain: line }: CommandLine): Promise<number> => {
  if (!line) throw new TypeError("explain needs a method and a path, as in: emberbox explain --user amy GET '/fhir/Observation'")
  let box: Box
  try {
    box = await createBox({ ...boxOptions(settings, process.env), data: ':memory:' })
  } catch (error) {
    if (!(error instanceof BundleError)) throw error
    console.error(error.message)
    return 1
  }
  try {
    console.log(await explained(box, line))
    return 0
  } catch (error) {
    if (!(error instanceof NoSuchPrincipal)) throw error
    console.error(error.message)
    return 1
  } finally {
    await box.close()
  }
}
