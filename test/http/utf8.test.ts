// Long answers leave as the same bytes that their text would have been.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sent } from '../../src/http/utf8.ts'

test('a short text is sent as it is, a long one as its UTF-8, whatever was sent before', () => {
  assert.equal(sent('short'), 'short')
  for (const text of [
    '—'.repeat(5_000),
    'a'.repeat(9_000),
    `${'é'.repeat(4_100)}\ud83d\ude00`,
    '—'.repeat(400_000),
    `${'x'.repeat(5_000)}\ud800`,
  ]) {
    const bytes = sent(text)
    assert.ok(typeof bytes !== 'string')
    assert.deepEqual(Buffer.from(bytes), Buffer.from(text))
  }
  const [first, second] = [sent('1'.repeat(5_000)), sent('2'.repeat(5_000))]
  assert.equal(String.fromCharCode(Number(first[0]), Number(second[0])), '12', 'one answer does not overwrite another')
})
