// `npm run build`: dist/ holds the bundled command and library, with the files that they read beside them.
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { build } from 'esbuild'

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
for (const artefact of ['definitions/r4.json.gz', 'validation/r4-structures.json.gz', 'terminology/r4-terminology.json.gz']) {
  const source = at(`src/fhir/${artefact}`)
  if (existsSync(source)) cpSync(source, at(`dist/${artefact.split('/')[1]}`))
}
cpSync(at('schemas'), at('dist/schemas'), { recursive: true })
if (existsSync(at('src/console/demo'))) {
  cpSync(at('src/console/demo'), at('dist/demo'), { recursive: true })
  const fhirclient = createRequire(import.meta.url)
    .resolve('fhirclient/package.json')
    .replace('package.json', 'build/fhir-client.pure.min.js')
  cpSync(fhirclient, at('dist/demo/fhir-client.js'))
}
chmodSync(at('dist/cli.js'), 0o755)
