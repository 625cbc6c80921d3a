// Bundles of JSON (design, "Accepted as bundle input"): read by the JSON reader, placed by the other one, and alike to whoever reads.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDiagnostic } from '../../src/bundle/diagnostic.ts'
import { entriesOf } from '../../src/bundle/entries.ts'
import { jsonOf } from '../../src/bundle/json-source.ts'
import type { Reporter } from '../../src/bundle/values.ts'

const read = (text: string) => {
  const said: string[] = []
  const reporter: Reporter = {
    sources: { env: new Map([['NAME', 'Lee']]), readFile: () => '' },
    secrets: new Set(),
    report: (position, severity, code, message) => void said.push(formatDiagnostic({ ...position, severity, code, message })),
    needs: () => undefined,
  }
  return { entries: entriesOf({ file: 'a.json', lines: false, text }, reporter), said }
}

test('JSON and the same as YAML are the same entries, each at its place, decimals as they are spelt', () => {
  const json =
    '[\n  { "resourceType": "Patient", "id": "p" },\n  { "resourceType": "Observation", "id": "o", "valueQuantity": { "value": 1.10 } }\n]'
  const [one, other] = [read(json), read(`# YAML\n${json}`)]
  assert.deepEqual([one.said, other.said], [[], []])
  assert.deepEqual(
    one.entries.map(({ type, id, resource }) => ({ type, id, resource })),
    other.entries.map(({ type, id, resource }) => ({ type, id, resource })),
  )
  const placed = one.entries.map(({ position: { file, line, col } }) => [file, line, col])
  assert.deepEqual(placed, [
    ['a.json', 2, 3],
    ['a.json', 3, 3],
  ])
  const column = (of: string) => (json.split('\n')[2] ?? '').indexOf(of) + 1
  assert.deepEqual({ ...one.entries[1]?.locate(['valueQuantity', 'value']) }, { file: 'a.json', line: 3, col: column('1.10') })
  assert.deepEqual({ ...one.entries[1]?.locate(['valueQuantity', 'value'], 'key') }, { file: 'a.json', line: 3, col: column('"value":') })
})

test('what is wrong in JSON is said at its place, a repeated key too', () => {
  assert.deepEqual(read('[\n  { "resourceType": "Patient" }\n]').said, [
    'a.json:2:3 error missing-id the Patient has no id, or one that is not text',
  ])
  assert.match(read('{ "resourceType": "Patient",\n  "id": "p", "id": "q" }').said.join(), /^a\.json:2:14 error duplicate-key /)
  assert.match(read('[{ "resourceType": "Patient", "id": "p" }').said.join(), /^a\.json:1:\d+ error syntax /)
})

test('JSON that takes something from outside is substituted, and YAML in braces is YAML', () => {
  const text = '{ "resourceType": "Patient", "id": "p", "name": [{ "family": "${env:NAME}" }] }'
  assert.equal(jsonOf({ file: 'a.json', lines: false, text }), undefined)
  assert.deepEqual(read(text).entries[0]?.resource.name, [{ family: 'Lee' }])
  assert.equal(read('{ resourceType: Patient, id: p }').entries[0]?.id, 'p')
})
