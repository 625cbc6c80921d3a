// The house's import table (design.md): which folder of src/ may import which, SQL only in store/, no barrels.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

const BELOW_BUNDLE = ['http', 'store', 'oauth', 'openid', 'fhir', 'smart', 'policy', 'aidbox']
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  http: [],
  store: ['http'],
  oauth: ['http', 'store'],
  openid: ['http', 'store', 'oauth'],
  fhir: ['http', 'store'],
  smart: ['http', 'store', 'oauth', 'openid', 'fhir'],
  policy: ['http', 'store', 'oauth', 'fhir', 'smart'],
  aidbox: ['http', 'store', 'oauth', 'fhir', 'smart', 'policy'],
  bundle: BELOW_BUNDLE,
  console: [...BELOW_BUNDLE, 'bundle'],
  '.': [...BELOW_BUNDLE, 'bundle', 'console', '.'],
  cli: [...BELOW_BUNDLE, 'bundle', 'console', '.'],
}

const root = new URL('../src', import.meta.url).pathname
const files = readdirSync(root, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts'))
const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '.') : '.')
const importsOf = (text: string): string[] => [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1] ?? '')

test('every folder imports only what the table allows', () => {
  const wrong: string[] = []
  for (const file of files) {
    const from = folderOf(file)
    const allowed = MAY_IMPORT[from]
    assert.ok(allowed, `src/${from} is not in the table`)
    for (const specifier of importsOf(readFileSync(join(root, file), 'utf8'))) {
      if (!specifier.startsWith('.')) continue
      const to = folderOf(normalize(join(dirname(file), specifier)))
      if (to !== from && !allowed.includes(to)) wrong.push(`${file} imports ${specifier}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('SQL and better-sqlite3 stay in store/', () => {
  const wrong = files.filter(
    (file) =>
      !file.startsWith('store/') &&
      /from 'better-sqlite3'|\b(SELECT |INSERT INTO |DELETE FROM )/.test(readFileSync(join(root, file), 'utf8')),
  )
  assert.deepEqual(wrong, [])
})

test('time, randomness and outbound requests are passed in below box.ts', () => {
  const ambient = /\bDate\.now\(\)|new Date\(\)|Math\.random\(|\brandomBytes\(|\brandomUUID\(|globalThis\.fetch/
  const wrong = files.filter((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const fetches = /(?<![.\w])fetch\(/.test(text) && !/\bfetch: Fetch\b/.test(text)
    return !['.', 'cli'].includes(folderOf(file)) && (ambient.test(text) || fetches)
  })
  assert.deepEqual(wrong, [])
})

test('no barrels, no utils, files of a reasonable length', () => {
  assert.deepEqual(
    files.filter((file) => /(^|\/)(index\.ts|utils?|helpers?|common)(\/|$)/.test(file)),
    [],
  )
  const long = files.filter((file) => !file.includes('/types/') && readFileSync(join(root, file), 'utf8').split('\n').length > 300)
  assert.deepEqual(long, [])
})
