// The library as TypeScript sees it from outside (README, "In a test suite"): strict, with every declaration looked into.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')
const { declare } = await import(new URL('../.build/declarations.mjs', import.meta.url).href)

/** A project that depends on the package as it would be installed, with what the package itself depends on. */
const consumer = (text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'emberbox-consumer-'))
  const installed = join(folder, 'node_modules/emberbox')
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
  declare(root, join(installed, 'dist/types'))
  cpSync(join(root, 'package.json'), join(installed, 'package.json'))
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const name of ['@types/node', 'undici-types', ...Object.keys(dependencies)]) {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true })
    symlinkSync(join(modules, name), join(folder, 'node_modules', name))
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'suite.ts'), text)
  const compilerOptions = { module: 'NodeNext', target: 'ES2022', strict: true, skipLibCheck: false, noEmit: true, types: ['node'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['suite.ts'] }))
  return folder
}

const compile = (folder: string): string => {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  const tsc = join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.tsc)
  return spawnSync(process.execPath, [tsc, '-p', folder], { cwd: folder, encoding: 'utf8' }).stdout
}

const README = readFileSync(join(root, 'README.md'), 'utf8')
const [, example = ''] = /```ts\n(import \{ createBox \}[\s\S]*?)```/.exec(README) ?? []

test("the README's lines compile where the package is a dependency, and what it has not does not", () => {
  assert.match(example, /createBox/)
  const right = consumer(`const token: string = 'x'\n${example}\nconst status: number = response.status\nexport { status }\n`)
  assert.equal(compile(right), '')
  const wrong = compile(consumer("import { createBox } from 'emberbox'\nawait createBox({ bundles: 'fixtures', baseUrl: 'x' })\n"))
  assert.match(wrong, /suite\.ts\(2,\d+\): error TS2322/)
})
