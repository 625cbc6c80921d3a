import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExactNumber, MalformedBody, parseJson, stringifyJson } from '../../src/http/json.ts'
import { parseYaml } from '../../src/http/yaml.ts'

test('numbers keep their spelling (R4 json.html#decimal)', () => {
  const text = '{"a":1.10,"b":12345678901234567890,"c":-0.5,"d":[1,true,null,"\\u00e9\\n"]}'
  assert.equal(stringifyJson(parseJson(text)), text.replace('\\u00e9', 'é'))
  assert.ok(parseJson('1.10') instanceof ExactNumber)
  assert.equal(parseJson('1.1'), 1.1)
})

test('what could be read in two ways is refused, with its position', () => {
  const bad = ['', '{"a":1,"a":2}', '{"__proto__":1}', '{"constructor":1}', '1e400', '{} x', '[1,]', '01', '"\t"', '\ufeff{}', '{"a" 1}']
  for (const text of bad) assert.throws(() => parseJson(text), MalformedBody, text)
  assert.throws(() => parseJson('{\n // c\n}'), /comments are not allowed in JSON \(2:2\)/)
  assert.throws(() => parseJson(new Uint8Array([0x22, 0xff, 0x22])), /UTF-8/)
  assert.throws(() => parseJson('['.repeat(65) + ']'.repeat(65)), /deeper than 64/)
  assert.ok(Array.isArray(parseJson(`${'['.repeat(64)}${']'.repeat(64)}`)))
})

test('RFC 7493 §2.1: half of a surrogate pair is no character, in values and names, in JSON and YAML', async () => {
  assert.equal(parseJson('"\\ud83d\\ude00"'), '😀')
  for (const text of ['"\\ud800"', '"x\\udfff"', '{"\\ud800":1}', '["\\ude00\\ud83d"]'])
    assert.throws(() => parseJson(text), /surrogate/, text)
  await assert.rejects(parseYaml('a: "\\ud800"'), /surrogate/)
})

test('F15: YAML that holds itself, or is nested without end, is malformed; neither reaches the end of the stack', async () => {
  for (const text of ['&a [*a]', 'a: &a {b: *a}', 'a: [[[&x [*x]]]]']) await assert.rejects(parseYaml(text), /in a circle/, text)
  const opened = ['[', '{a: ', '- ', '? ', '[? ', '{? [', '- ? ']
  for (const open of opened) await assert.rejects(parseYaml(open.repeat(50_000)), /deeper than 64/, open)
  await assert.rejects(parseYaml(`${'['.repeat(65)}${']'.repeat(65)}`), /deeper than 64/)
  assert.ok(Array.isArray(await parseYaml(`${'['.repeat(64)}${']'.repeat(64)}`)))
})

test('R-02, I10: what a YAML body costs is bounded: its size, its errors, and keys that are compared by name, not each with each', async () => {
  const keys = (count: number) => Array.from({ length: count }, (_, at) => `k${at}: 1`).join('\n')
  assert.equal(Object.keys((await parseYaml(keys(20_000))) as object).length, 20_000)
  for (const text of ['1: a\n"1": b', '{a: 1, b: {c: 1, "c": 2}}', '~: 1\n"": 2', `${keys(20_000)}\nk7: 2`])
    await assert.rejects(parseYaml(text), /unique/, text)
  for (const text of ['? [1]\n: 2', '? &a {b: *a}\n: 2']) await assert.rejects(parseYaml(text), /not allowed as a key/, text)
  await assert.rejects(parseYaml('}'.repeat(200_000)), MalformedBody)
  await assert.rejects(parseYaml('x'.repeat(262_145)), { status: 413 })
})

test('one YAML body is one document', async () => {
  await assert.rejects(parseYaml('a: 1\n---\nb: 2'), /more than one document/)
  assert.equal(await parseYaml(''), null)
})

test('YAML has the limits of JSON', async () => {
  assert.deepEqual(await parseYaml('a: 1\nb: [x]'), { a: 1, b: ['x'] })
  for (const text of ['a: 1\na: 2', '__proto__: 1', 'a: .inf', 'a: *x', 'a: [']) await assert.rejects(parseYaml(text), MalformedBody, text)
})
