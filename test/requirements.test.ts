// Every security requirement of OAuth, JWT, sign-in, HTTP and bearer tokens is cited by the name of a test, or says here why it is not.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

/** Rows of security-requirements §4.1, §4.2, §4.5, §4.6 and §4.7, by the last number of each. */
const ROWS = { O: 32, J: 11, L: 15, H: 10, B: 4 } as const

/** What is not there cannot be attacked. */
const NOT_THERE: ReadonlyMap<string, string> = new Map([['L-11', 'people sign in here only: there are no external identity providers yet']])

const idOf = (letter: string, number: number): string => `${letter}-${String(number).padStart(2, '0')}`
const idsTo = (letter: string, from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => idOf(letter, from + at))

/** `O-11` and `J-01 to J-07`. */
const citedIn = (name: string): string[] => [
  ...[...name.matchAll(/\b([A-Z])-(\d\d)\b/g)].map(([, letter = '', number]) => idOf(letter, Number(number))),
  ...[...name.matchAll(/\b([A-Z])-(\d\d) to \1-(\d\d)\b/g)].flatMap(([, letter = '', from, to]) => idsTo(letter, Number(from), Number(to))),
]

const cited = new Map<string, Set<string>>()
for (const file of readdirSync(new URL('.', import.meta.url), { recursive: true }).map(String)) {
  if (!file.endsWith('.test.ts')) continue
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  for (const [, , name = ''] of text.matchAll(/\btest\(\s*(['"`])(.*?)\1/g)) {
    for (const id of citedIn(name)) cited.set(id, (cited.get(id) ?? new Set()).add(file))
  }
}

test('a range in a name cites every row of it', () => {
  assert.deepEqual(citedIn('O-11, J-01 to J-03: x'), ['O-11', 'J-01', 'J-03', 'J-01', 'J-02', 'J-03'])
})

for (const [letter, last] of Object.entries(ROWS)) {
  test(`rows ${letter}: each has a test`, () => {
    const missing = idsTo(letter, 1, last).filter((id) => !cited.has(id) && !NOT_THERE.has(id))
    assert.deepEqual(missing, [])
  })
}
