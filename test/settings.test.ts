// Settings in Aidbox's names (aidbox-behaviour §1.3): arguments win over the environment; what cannot be used is named, never guessed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings, SettingError } from '../src/settings.ts'

test('defaults, environment and arguments, in this order', () => {
  const plain = readSettings({}, {})
  assert.equal(plain.baseUrl, 'http://localhost:8080')
  assert.equal(plain.host, '127.0.0.1')
  assert.deepEqual(plain.paths, ['bundles/demo'])
  const given = readSettings(
    { port: '9090' },
    { BOX_WEB_PORT: '7070', BOX_WEB_BASE_URL: 'https://box.example/a/', BOX_INIT_BUNDLE: 'file:///b.json' },
  )
  assert.equal(given.port, 9090)
  assert.equal(given.baseUrl, 'https://box.example/a')
  assert.deepEqual(given.paths, ['file:///b.json'])
  assert.deepEqual(readSettings({ allowEgress: ['http://localhost:1'] }, { EMBERBOX_ALLOW_EGRESS: 'https://a.example' }).allowEgress, [
    'http://localhost:1',
    'https://a.example',
  ])
})

test('references are checked as validation is, unless they are said apart; the header that skips them is honoured by a setting', () => {
  const plain = readSettings({}, {})
  assert.deepEqual([plain.references, plain.bundleReferences, plain.skipReference], [undefined, [], false])
  const given = readSettings(
    { references: ['report', 'off=data/'] },
    { EMBERBOX_REFERENCES: 'enforce', BOX_FHIR_VALIDATION_SKIP_REFERENCE: 'true' },
  )
  assert.deepEqual([given.references, given.bundleReferences, given.skipReference], ['report', [{ path: 'data/', mode: 'off' }], true])
  assert.throws(() => readSettings({ references: ['sometimes'] }, {}), /references is enforce, report, off/)
})

test('a port, base URL or origin that cannot be used is refused', () => {
  for (const [given, env] of [
    [{ port: 'many' }, {}],
    [{ port: '0' }, {}],
    [{ port: '65536' }, {}],
    [{}, { BOX_SECURITY_DEV_MODE: 'yes' }],
    [{}, { BOX_SECURITY_CORS_ENABLED: '0' }],
    [{ baseUrl: 'ftp://x' }, {}],
    [{ baseUrl: 'https://x/?q=1' }, {}],
    [{ allowEgress: ['http://localhost:1/path'] }, {}],
    [{}, { BOX_WEB_MAX_BODY: '-1' }],
  ] as const) {
    assert.throws(() => readSettings(given, env), SettingError)
  }
})
