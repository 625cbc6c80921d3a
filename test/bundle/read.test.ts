// Positions, YAML limits and substitution of bundles (security-requirements C-01, C-02, C-04, F15; issue 3 "Bundles").
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDiagnostic, sortDiagnostics } from '../../src/bundle/diagnostic.ts'
import { parseText } from '../../src/bundle/parse.ts'
import { substitute } from '../../src/bundle/substitute.ts'

const codes = (text: string) => parseText('a.yaml', text).diagnostics.map((one) => formatDiagnostic(one).split(' ').slice(0, 3).join(' '))

test('C-04: duplicate keys, aliases and unknown tags are errors at their place, in YAML and JSON', () => {
  assert.deepEqual(codes('id: a\nid: b\n'), ['a.yaml:2:1 error duplicate-key'])
  assert.deepEqual(codes('{"id": "a",\n "id": "b"}'), ['a.yaml:2:2 error duplicate-key'])
  assert.deepEqual(codes('a: &x [*x]\n'), ['a.yaml:1:8 error alias'])
  assert.deepEqual(codes('a: !nope 1\n'), ['a.yaml:1:4 error syntax'])
})

test('F15: a file that is nested without end is one diagnostic at the place where it became too deep', () => {
  for (const open of ['[', '{"a":', '- ', '? ']) assert.match(String(codes(open.repeat(50_000))), /^a\.yaml:1:\d+ error syntax$/, open)
})

test('a file of nothing but errors says the first of them', () => {
  for (const count of [1, 100_000]) assert.match(String(codes('}'.repeat(count))), /^a\.yaml:1:\d+ error syntax$/, String(count))
})

test('all documents of a file are read', () => {
  const { documents, diagnostics } = parseText('a.yaml', 'id: a\n---\nid: b\n')
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(
    documents.map((one) => one.toJS()),
    [{ id: 'a' }, { id: 'b' }],
  )
})

test('diagnostics sort by file, line and column', () => {
  const one = { severity: 'error', code: 'c', message: 'm' } as const
  const sorted = sortDiagnostics([
    { file: 'b', line: 1, col: 1, ...one },
    { file: 'a', line: 10, col: 1, ...one },
    { file: 'a', line: 9, col: 2, ...one },
  ])
  assert.deepEqual(sorted.map(formatDiagnostic), ['a:9:2 error c m', 'a:10:1 error c m', 'b:1:1 error c m'])
})

test('C-02: env and file references are put in and remembered; undefined is an error; $words stay', () => {
  const sources = {
    env: new Map([['S', 'canary']]),
    readFile: (path: string) => {
      if (path === '/s') return 'file-canary\n'
      throw new Error(path)
    },
  }
  assert.deepEqual(substitute('a ${env:S} ${file:/s} ${env:N:-d}', sources), {
    text: 'a canary file-canary d',
    secrets: ['canary', 'file-canary'],
    problems: [],
  })
  assert.equal(substitute('$one-of $enum', sources).text, '$one-of $enum')
  assert.deepEqual(
    substitute('${env:N} ${file:/none} ${S}', sources).problems.map(({ severity, code }) => `${severity} ${code}`),
    ['error undefined-variable', 'error unreadable-file', 'warning unsubstituted'],
  )
})
