// References of bundles' resources lead somewhere once everything is read: forward, across files, to what is stored (R4 references.html).
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Box, type BoxOptions, BundleError, createBox, readBundles } from '../../src/box.ts'
import { formatDiagnostic } from '../../src/bundle/diagnostic.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-references-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const open = (bundles: readonly string[], more: Partial<BoxOptions> = {}): Promise<Box> =>
  createBox({ bundles, baseUrl: 'http://references.example', env: {}, ...more })
const said = (diagnostics: Box['diagnostics']): readonly string[] =>
  diagnostics.map((one) => formatDiagnostic({ ...one, file: one.file.slice(folder.length + 1) }))
const refusal = async (bundles: readonly string[], more?: Partial<BoxOptions>): Promise<readonly string[]> => {
  try {
    await (await open(bundles, more)).close()
    return []
  } catch (error) {
    if (error instanceof BundleError) return said(error.diagnostics)
    throw error
  }
}
const patient = (id: string) => ({ resourceType: 'Patient', id })
const condition = (id: string, subject: string, more: object = {}) => ({
  resourceType: 'Condition',
  id,
  subject: { reference: subject },
  ...more,
})
const ndjson = (resources: readonly object[]): string => resources.map((one) => `${JSON.stringify(one)}\n`).join('')

test('forward, to another file, from texts to lines and back: all of it is there in the end', async () => {
  const bundles = [
    file('a.json', [condition('c1', 'Patient/p1'), patient('p0'), condition('c3', 'http://references.example/fhir/Patient/p2')]),
    file('b.ndjson', ndjson([condition('c2', 'Patient/p2'), patient('p2'), condition('c4', 'Patient/p1/_history/1')])),
    file('c.json', [patient('p1')]),
  ]
  const box = await open(bundles)
  assert.deepEqual(box.diagnostics, [])
  await box.close()
})

test('what is not there is an error at the reference, in every kind of source, and nothing starts', async () => {
  const yaml = file(
    'bad.yaml',
    '- resourceType: Condition\n  id: c\n  subject:\n    reference: Patient/p9\n  contained:\n    - resourceType: Provenance\n      id: x\n      recorded: 2024-01-05T08:00:00Z\n      target: [{reference: "#"}]\n      agent: [{who: {reference: Practitioner/d9}}]\n',
  )
  const lines = file(
    'bad.ndjson',
    ndjson([patient('p1'), condition('c1', 'Patient/p8'), condition('c2', 'Patient/p8'), condition('c3', 'Patient/p1')]),
  )
  assert.deepEqual(await refusal([yaml, lines]), [
    'bad.ndjson:2:1 error unresolved Condition.subject: Referenced resource Patient/p8 does not exist (and 1 more to it)',
    'bad.yaml:4:16 error unresolved Condition.subject: Referenced resource Patient/p9 does not exist',
    'bad.yaml:10:33 error unresolved Condition.contained[0].agent[0].who: Referenced resource Practitioner/d9 does not exist',
  ])
  const checked = await readBundles({ bundles: [yaml, lines], baseUrl: 'http://references.example', env: {} })
  assert.equal(checked.diagnostics.filter(({ code }) => code === 'unresolved').length, 3, 'emberbox check says it too')
})

test('what is stored already counts, what was deleted there does not; what a bundle deletes is not there', async () => {
  const data = join(folder, 'stored.db')
  await (await open([file('first.json', [patient('kept'), patient('dropped')])], { data })).close()
  const bundle = (entry: readonly object[]) => ({ resourceType: 'Bundle', type: 'transaction', entry })
  const put = (resource: { resourceType: string; id: string }) => ({
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    resource,
  })
  const second = [
    file('second.json', bundle([put(condition('c', 'Patient/kept')), { request: { method: 'DELETE', url: 'Patient/dropped' } }])),
  ]
  await (await open(second, { data })).close()
  assert.match(
    (await refusal([file('third.json', [condition('d', 'Patient/dropped')])], { data })).join('\n'),
    /Patient\/dropped does not exist/,
  )
  const own = bundle([put(patient('brief')), put(condition('e', 'Patient/brief')), { request: { method: 'DELETE', url: 'Patient/brief' } }])
  assert.match((await refusal([file('fourth.json', own)])).join('\n'), /Patient\/brief does not exist/)
})

test('a batch leaves out what refers to nothing, and then what refers to that', async () => {
  const put = (resource: { resourceType: string; id: string }) => ({
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    resource,
  })
  const encounter = {
    resourceType: 'Encounter',
    id: 'e',
    status: 'planned',
    class: { code: 'AMB' },
    subject: { reference: 'Patient/none' },
  }
  const later = condition('c', 'Patient/p', { encounter: { reference: 'Encounter/e' } })
  const entry = [put(later), put(encounter), put(patient('p'))]
  const box = await open([file('batch.json', { resourceType: 'Bundle', type: 'batch', entry })])
  assert.deepEqual(
    box.diagnostics.map(({ severity, message }) => `${severity} ${message}`),
    [
      'warning Condition.encounter: Referenced resource Encounter/e does not exist (skipped)',
      'warning Encounter.subject: Referenced resource Patient/none does not exist (skipped)',
    ],
  )
  assert.deepEqual([...(await box.counts())], [['Patient', 1]])
  await box.close()
})

test('modes: of the operator for all or for a path, of the bundle itself; else as the validation is', async () => {
  const dangling = [condition('c', 'Patient/p9')]
  const path = file('modes.json', dangling)
  const warned = ['warning Condition.subject: Referenced resource Patient/p9 does not exist']
  const table: ReadonlyArray<readonly [string, Partial<BoxOptions>, readonly string[]]> = [
    [path, { references: 'report' }, warned],
    [path, { references: 'off' }, []],
    [path, { validation: 'report' }, warned],
    [path, { bundleReferences: [{ path, mode: 'off' }], references: 'enforce' }, []],
    [path, { bundleValidation: [{ path: folder, mode: 'report' }] }, warned],
    [file('own.json', { references: 'report', resources: dangling }), {}, warned],
    [file('own-validation.json', { validation: 'report', resources: dangling }), {}, warned],
    [file('own-off.json', { validation: 'report', references: 'off', resources: dangling }), {}, []],
  ]
  for (const [bundle, more, expected] of table) {
    const box = await open([bundle], more)
    assert.deepEqual(
      box.diagnostics.map(({ severity, message }) => `${severity} ${message}`),
      expected,
      `${bundle.slice(folder.length)} ${JSON.stringify(more)}`,
    )
    await box.close()
  }
  assert.match((await refusal([path], { references: 'enforce', validation: 'report' })).join('\n'), /error unresolved/)
  assert.match(
    (await refusal([file('wrong.json', { references: 'perhaps', resources: [] })])).join('\n'),
    /references is enforce, report, off/,
  )
})

/** As the kits' data is: entries that name each other by fullUrl, one element that FHIR does not know, one reference to nothing. */
const KIT = {
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [
    {
      fullUrl: 'urn:uuid:6b2f8f5e-0000-4000-8000-000000000002',
      request: { method: 'PUT', url: 'Observation/vital' },
      resource: {
        resourceType: 'Observation',
        id: 'vital',
        status: 'final',
        code: { text: 'Heart rate' },
        subject: { reference: 'urn:uuid:6b2f8f5e-0000-4000-8000-000000000001' },
        effectivePeriod: { start: '2024-01-05', stop: '2024-01-06' },
      },
    },
    {
      fullUrl: 'urn:uuid:6b2f8f5e-0000-4000-8000-000000000003',
      request: { method: 'POST', url: 'MedicationDispense' },
      resource: {
        resourceType: 'MedicationDispense',
        status: 'completed',
        medicationCodeableConcept: { text: 'x' },
        subject: { reference: 'Patient/kit' },
        authorizingPrescription: [{ reference: 'MedicationRequest/elsewhere' }],
      },
    },
    {
      fullUrl: 'urn:uuid:6b2f8f5e-0000-4000-8000-000000000001',
      request: { method: 'PUT', url: 'Patient/kit' },
      resource: { resourceType: 'Patient', id: 'kit', name: [{ family: 'Kit' }] },
    },
  ],
}
const OPS = [
  { resourceType: 'Client', id: 'ops', secret: 'ops-secret', grant_types: ['basic'] },
  { resourceType: 'AccessPolicy', id: 'as-ops', engine: 'allow', link: [{ reference: 'Client/ops' }] },
]
const FINDINGS = [
  'Observation.effective.stop: Period has no element "stop"',
  'MedicationDispense.authorizingPrescription[0]: Referenced resource MedicationRequest/elsewhere does not exist',
]
const HEADERS = { authorization: `Basic ${btoa('ops:ops-secret')}`, 'content-type': 'application/fhir+json' }

test('a transaction with real mistakes loads as it is where validation reports, at start and by POST, and every finding is listed', async () => {
  const started = await open([file('kit.json', KIT), file('ops.json', OPS)], {
    bundleValidation: [{ path: join(folder, 'kit.json'), mode: 'report' }],
  })
  assert.deepEqual(
    started.diagnostics.map(({ severity, message }) => [severity, message]),
    FINDINGS.map((finding) => ['warning', finding]),
  )
  const lines: string[] = []
  const log = {
    info: () => undefined,
    warn: (fields: object) => void ('issues' in fields && Array.isArray(fields.issues) && lines.push(...fields.issues)),
    error: () => undefined,
  }
  const posted = await open([file('ops.json', OPS)], { validation: 'report', log })
  const answer = await posted.request('/fhir', { method: 'POST', headers: HEADERS, body: JSON.stringify(KIT) })
  assert.equal(answer.status, 200)
  assert.deepEqual(lines, FINDINGS)
  for (const box of [started, posted]) {
    const found = await box.request('/fhir/Observation?patient=kit', { headers: HEADERS })
    assert.equal(((await found.json()) as { total: number }).total, 1, 'the fullUrls are resolved')
    await box.close()
  }
})

test('where validation enforces the same transaction is refused whole', async () => {
  assert.equal((await refusal([file('kit.json', KIT)])).length, 2)
  const box = await open([file('ops.json', OPS)])
  const answer = await box.request('/fhir', { method: 'POST', headers: HEADERS, body: JSON.stringify(KIT) })
  assert.equal(answer.status, 422)
  assert.equal((await box.counts()).get('Patient'), undefined)
  await box.close()
})
