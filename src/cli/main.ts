#!/usr/bin/env node
// The `emberbox` command: one file per subcommand, in the table below; only the one that is asked for is loaded.
import { VERSION } from '../version.ts'
import { type CommandLine, readCommandLine } from './options.ts'

const COMMANDS: ReadonlyMap<string, (line: CommandLine) => Promise<number>> = new Map([
  ['serve', async (line: CommandLine) => (await import('./serve.ts')).serve(line)],
  ['check', async (line: CommandLine) => (await import('./check.ts')).check(line)],
  ['explain', async (line: CommandLine) => (await import('./explain.ts')).explain(line)],
  ['keys', async (line: CommandLine) => (await import('./keys.ts')).keys(line)],
  ['test', async (line: CommandLine) => (await import('./test.ts')).test(line)],
])

const HELP = `emberbox serve [paths…]   serve the bundles (default: bundles/demo)
emberbox check [paths…]   validate the bundles; exit 1 with every diagnostic
emberbox explain METHOD URL [paths…]
                          say why a request would be granted or denied; it is not made
emberbox test [paths…]    run the PolicyTests; exit 1 where one fails, or there is none
emberbox keys rotate      new signing keys for the database of --data; a running server takes them up within a minute

  --port N                 default 8080
  --host ADDRESS           default 127.0.0.1
  --base-url URL           default http://localhost:PORT; issuer and links come from it
  --data FILE|:memory:     default data/emberbox.db
  --allow-egress ORIGIN    an origin that may be fetched though it is private or plain http; may be repeated
  --validation MODE[=PATH] enforce (default), report or off: of REST and bundles, or of the bundles at or below a path; may be repeated
  --references MODE[=PATH] the same of whether references lead to something; where it is not said, as the validation is

explain:
  --user ID --client ID    who asks; neither: nobody
  --scope SCOPE            a granted scope; may be repeated
  --patient ID             the patient in context
  --header 'NAME: VALUE'   may be repeated
  --body FILE              JSON or YAML

test:
  --format tap|junit       default tap

keys rotate:
  --discard                at once, and nothing signed before is accepted any more (the key file leaked)`

const main = async (): Promise<number> => {
  const line = readCommandLine(process.argv.slice(2), process.env)
  if (line.help || line.command === 'help') {
    console.log(HELP)
    return 0
  }
  if (line.version) {
    console.log(VERSION)
    return 0
  }
  const command = COMMANDS.get(line.command)
  if (command) return command(line)
  const { didYouMean } = await import('../bundle/suggest.ts')
  console.error(`there is no command "${line.command}"${didYouMean(line.command, COMMANDS.keys())}; emberbox --help lists them`)
  return 2
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
