// RFC 9562 §5.7, §A.6.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSessionId } from '../../src/oauth/session-id.ts'

const at = (now: number, ...bytes: readonly number[]) => ({
  clock: { now: () => now },
  random: { bytes: (length: number) => Uint8Array.from({ length }, (_, index) => bytes[index] ?? 0) },
})

test('RFC 9562 §A.6: the example of a UUID of version 7', () => {
  const random = [0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]
  assert.equal(newSessionId(at(0x017f22e279b0, ...random)), '017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
})

test('RFC 9562 §5.7: version and variant stand whatever the random bits are; later ids sort after earlier ones', () => {
  const ones = Array.from({ length: 10 }, () => 0xff)
  assert.match(newSessionId(at(1, ...ones)), /^00000000-0001-7fff-bfff-ffffffffffff$/)
  assert.ok(newSessionId(at(1_000, ...ones)) < newSessionId(at(1_001)))
})
