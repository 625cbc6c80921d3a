// Generates the TypeScript types of the configuration resources from schemas/. `--check`: exits 1 where a checked-in file is stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { compile, type JSONSchema } from 'json-schema-to-typescript'

/** Schema → the folder that owns the specification it belongs to. */
const OWNERS: ReadonlyArray<readonly [schema: string, folder: string]> = [
  ['client', 'oauth'],
  ['user', 'oauth'],
  ['role', 'oauth'],
  ['session', 'oauth'],
  ['grant', 'oauth'],
  ['auth-config', 'oauth'],
  ['identity-provider', 'openid'],
  ['token-introspector', 'openid'],
  ['operation', 'fhir'],
  ['api', 'fhir'],
  ['scope', 'smart'],
  ['access-policy', 'policy'],
  ['policy-test', 'policy'],
]

const root = new URL('..', import.meta.url).pathname
const stale: string[] = []
for (const [name, folder] of OWNERS) {
  const source = `schemas/${name}.schema.json`
  const schema: JSONSchema = JSON.parse(readFileSync(root + source, 'utf8'))
  const text = await compile(schema, name, {
    bannerComment: `// Generated from ${source} by .build/types.ts: change the schema, not this file.`,
    ignoreMinAndMaxItems: true,
    style: { semi: false, singleQuote: true, printWidth: 140 },
  })
  const target = `${root}src/${folder}/types/${name}.ts`
  if (existsSync(target) && readFileSync(target, 'utf8') === text) continue
  stale.push(target.slice(root.length))
  if (process.argv.includes('--check')) continue
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, text)
}
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`stale, run \`npx tsx .build/types.ts\`: ${stale.join(', ')}`)
  process.exit(1)
}
