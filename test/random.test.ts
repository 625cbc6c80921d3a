// The system's randomness, asked for in bulk.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../src/random.ts'

test('bytes are of the length that was asked, and none is given twice', () => {
  const random = systemRandom()
  const lengths = [1, 16, 32, 4_095, 4_096, 4_097, 10_000]
  assert.deepEqual(
    lengths.map((length) => random.bytes(length).length),
    lengths,
  )
  const tokens = Array.from({ length: 1_000 }, () => Buffer.from(random.bytes(32)).toString('hex'))
  assert.equal(new Set(tokens).size, tokens.length)
  assert.ok(tokens.every((token) => !/^0{16}|0{16}$/.test(token)))
})
