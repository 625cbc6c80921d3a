// `npm run build`: dist/ holds the bundled command and library, with the files that they read beside them.
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { build } from 'esbuild'
import { declare } from './declarations.mjs'

const root = new URL('..', import.meta.url)
const at = (path) => new URL(path, root).pathname
rmSync(at('dist'), { recursive: true, force: true })
await build({
  entryPoints: { cli: at('src/cli/main.ts'), emberbox: at('src/box.ts') },
  outdir: at('dist'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  external: ['better-sqlite3'],
  chunkNames: 'chunk-[hash]',
  banner: { js: "import { createRequire as emberboxRequire } from 'node:module'; const require = emberboxRequire(import.meta.url);" },
  logLevel: 'warning',
})
const ARTEFACTS = [
  'definitions/r4.json.gz',
  'definitions/r4-search.json.gz',
  'definitions/r4-elements.json.gz',
  'validation/r4-structures.json.gz',
  'terminology/r4-terminology.json.gz',
]
for (const artefact of ARTEFACTS) cpSync(at(`src/fhir/${artefact}`), at(`dist/${artefact.split('/')[1]}`))
// One character beyond ASCII, in a tagged template say, and V8 keeps the whole file at two bytes a character.
for (const file of readdirSync(at('dist')).filter((name) => name.endsWith('.js'))) {
  const strange = /[^\n]{0,40}[^\0-\x7f][^\n]{0,40}/.exec(readFileSync(at(`dist/${file}`), 'utf8'))
  if (strange) throw new Error(`dist/${file} is not ASCII: ${strange[0]}`)
}
cpSync(at('schemas'), at('dist/schemas'), { recursive: true })
if (existsSync(at('src/console/demo'))) {
  cpSync(at('src/console/demo'), at('dist/demo'), { recursive: true })
  const fhirclient = createRequire(import.meta.url)
    .resolve('fhirclient/package.json')
    .replace('package.json', 'build/fhir-client.pure.min.js')
  cpSync(fhirclient, at('dist/demo/fhir-client.js'))
}
declare(at('.'), at('dist/types'))
chmodSync(at('dist/cli.js'), 0o755)
