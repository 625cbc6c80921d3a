// What is remembered of texts that come with every request, and the dates that answers carry.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpDate } from '../../src/http/preconditions.ts'
import { remembering } from '../../src/http/remember.ts'

test('a remembered answer is computed once, and the oldest text is the one that is forgotten', () => {
  const computed: string[] = []
  const length = remembering(2, (text) => {
    computed.push(text)
    return text.length
  })
  assert.deepEqual(['a', 'bb', 'a', 'bb', 'ccc', 'bb', 'a'].map(length), [1, 2, 1, 2, 3, 2, 1])
  assert.deepEqual(computed, ['a', 'bb', 'ccc', 'a'])
})

test('RFC 9110 §5.6.7: Last-Modified is an IMF-fixdate', () => {
  assert.equal(httpDate(Date.UTC(1994, 10, 6, 8, 49, 37, 999)), 'Sun, 06 Nov 1994 08:49:37 GMT')
  for (let time = 0; time < 4e12; time += 86_399_123_457) assert.equal(httpDate(time), new Date(time).toUTCString())
})
