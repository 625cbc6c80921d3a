// Every mistake of a bundle, all at once, each at its place (issue 3 "Bundles"; design, "A bundle").
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compileTables } from '../../src/bundle/compile.ts'
import { formatDiagnostic } from '../../src/bundle/diagnostic.ts'
import { loadBundles } from '../../src/bundle/load.ts'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'

const definitions = loadDefinitions()
const folder = fileURLToPath(new URL('./fixtures/mistakes', import.meta.url))

test('12 mistakes in 5 files are 12 diagnostics, each with file, line, column and a hint', async () => {
  const { diagnostics } = await loadBundles({
    paths: [folder],
    env: {},
    fetch: () => Promise.reject(new Error('no network here')),
    knownTypes: new Set(['Patient']),
    compile: (resources) => compileTables(resources, definitions),
    existing: () => false,
  })
  const found = diagnostics.map((one) => formatDiagnostic(one).replaceAll(`${folder}/`, ''))
  assert.deepEqual(found, [
    '10-clients.yaml:3:9 error unknown-value Client.type cannot be "smart-ap"; did you mean "smart-app"?',
    '10-clients.yaml:4:37 error unknown-value Client.grant_types.1 cannot be "refresh-token"; did you mean "refresh_token"?',
    '10-clients.yaml:5:3 error unknown-key Client has no "first_praty"; did you mean "first_party"?',
    '10-clients.yaml:6:11 error wrong-type Client.active is true or false, not text',
    '10-clients.yaml:7:17 error unknown-type there is no resource type "Clinet"; did you mean "Client"?',
    '20-policies.yaml:6:20 error unresolved there is no Client/ap; did you mean "app"?',
    '20-policies.yaml:11:12 error compile AccessPolicy: the regular expression "^/fhir/[Patient" is refused: it ends too early',
    '30-bundle.json:6:30 error bad-method the method of an entry is PUT, POST, PATCH or DELETE; did you mean "PUT"?',
    '30-bundle.json:10:44 error bad-url the URL of an entry is relative to the FHIR base: leave /fhir out',
    '40-users.yaml:3:13 error undefined-variable the environment has no CLEO_PASSWORD',
    '40-users.yaml:6:5 error duplicate-id User/cleo is declared at 40-users.yaml:1:3 already',
    '50-patients.ndjson:2:38 error syntax a string was expected, or this one is malformed',
  ])
})
