// The schemas of the configuration resources (issue 3 "Bundles": fields described; security-requirements C-01: unknown keys are errors).
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { checkSchema } from '../../src/bundle/check-schema.ts'

const folder = new URL('../../schemas/', import.meta.url)
const schemaOf = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
const OPEN = new Set(['role.schema.json', 'operation.schema.json', 'bundle.schema.json'])

for (const file of readdirSync(folder)) {
  if (OPEN.has(file)) continue
  test(`C-01: ${file} refuses a key it does not know, at the top level`, () => {
    const validate = new Ajv({ allErrors: true, strict: false, validateFormats: false }).compile(schemaOf(file))
    validate({ nope: 1 })
    assert.ok(validate.errors?.some(({ keyword, params }) => keyword === 'additionalProperties' && params.additionalProperty === 'nope'))
  })
}

for (const file of readdirSync(folder)) {
  test(`C-01: ${file} is a schema of draft-07, since a start does not look`, () => {
    const ajv = new Ajv({ strict: false })
    assert.ok(ajv.validateSchema(schemaOf(file)), ajv.errorsText())
  })
}

test('C-01: what is no schema would be seen', () => {
  assert.equal(new Ajv({ strict: false, logger: false }).validateSchema({ type: 'nothing of the kind' }), false)
})

test('a key of a Client has what its kind needs (RFC 7518 §6, RFC 8037 §2), or it would only be missed when the client signs', () => {
  const problems = (...jwks: Record<string, string>[]) =>
    checkSchema({ type: 'Client', method: 'PUT', resource: { resourceType: 'Client', id: 'c', jwks } }, new Set()).map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    )
  assert.deepEqual(
    problems({ kty: 'RSA', e: 'AQAB', n: 'x' }, { kty: 'EC', crv: 'P-384', x: 'x', y: 'y' }, { kty: 'OKP', crv: 'Ed25519', x: 'x' }),
    [],
  )
  assert.deepEqual(problems({ kty: 'RSA', kid: 'k' }, { kty: 'EC', crv: 'P-384', x: 'x' }, { kty: 'OKP' }, { n: 'x' }), [
    'jwks.0: Client.jwks.0 needs "n"',
    'jwks.0: Client.jwks.0 needs "e"',
    'jwks.1: Client.jwks.1 needs "y"',
    'jwks.2: Client.jwks.2 needs "crv"',
    'jwks.2: Client.jwks.2 needs "x"',
    'jwks.3: Client.jwks.3 needs "kty"',
  ])
})
