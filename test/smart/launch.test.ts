// EHR launches (SMART 2.2 §launch; aidbox-behaviour §5.3; O-15).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { Client } from '../../src/oauth/types/client.ts'
import { getLaunchUri, readLaunch } from '../../src/smart/launch.ts'
import { launchBox } from './launch-box.ts'

const app: Client = { resourceType: 'Client', id: 'app', smart: { launch_uri: 'http://app/launch.html' } }
const ISS = 'https://box.example/fhir'
const params = { user: 'u', client: { id: 'app', resourceType: 'Client' }, iss: encodeURIComponent(ISS), ctx: { patient: 'p1' } }
const contextOf = async (ctx: unknown, client: Client = app) => {
  const box = launchBox([client])
  const { launch } = await getLaunchUri({ ...params, ctx }, box)
  return (await readLaunch(launch, client, box))?.context
}

test('the answer as it is documented: the launch URI, its parts, and a signed launch of these claims', async () => {
  const box = launchBox([app])
  const found = await getLaunchUri(params, box)
  assert.deepEqual(found, {
    uri: `http://app/launch.html?iss=${ISS}&launch=${found.launch}`,
    launch: found.launch,
    iss: ISS,
    'launch-uri': 'http://app/launch.html',
  })
  assert.deepEqual(decodeProtectedHeader(found.launch), { alg: 'HS256', typ: 'JWT' })
  const { jti, ...claims } = decodeJwt(found.launch)
  assert.equal(typeof jti, 'string')
  assert.deepEqual(claims, { client: 'app', user: 'u', exp: 1_700_000_600, ctx: { patient: 'p1' } })
})

test('O-15: one client, one use, ten minutes', async () => {
  const box = launchBox([app])
  const { launch } = await getLaunchUri(params, box)
  const read = await readLaunch(launch, app, box)
  assert.deepEqual(read?.context, { patient: 'p1' })
  assert.equal(await readLaunch(launch, { ...app, id: 'other' }, box), undefined)
  assert.equal(await readLaunch(`${launch.slice(0, -2)}AA`, app, box), undefined)
  assert.equal(await readLaunch(launch, app, { ...box, keys: { secret: () => new Uint8Array(32).fill(8) } }), undefined)
  await box.records.takeOnce('launch', read?.id ?? '')
  assert.equal(await readLaunch(launch, app, box), undefined)
  const again = await getLaunchUri(params, box)
  box.clock.at += 599_000
  assert.ok(await readLaunch(again.launch, app, box))
  box.clock.at += 2_000
  assert.equal(await readLaunch(again.launch, app, box), undefined)
})

test('unknown users, clients and bases are refused', async () => {
  for (const wrong of [{ user: 'x' }, { client: 'x' }, { iss: 'https://evil/fhir' }, { ctx: 'p1' }, { user: undefined }, { client: {} }]) {
    await assert.rejects(getLaunchUri({ ...params, ...wrong }, launchBox([app])), { status: 400 }, JSON.stringify(wrong))
  }
  await assert.rejects(getLaunchUri([], launchBox([app])), { status: 400 })
})

test('a context is checked when the launch is made, not when the app reads it', async () => {
  assert.deepEqual(await contextOf({ patient: 'Patient/p1', encounter: 'e1', intent: 'x', need_patient_banner: false, ours: [1] }), {
    patient: 'p1',
    encounter: 'e1',
    intent: 'x',
    need_patient_banner: false,
    ours: [1],
  })
  for (const ctx of [
    ...[{ patient: '../p2' }, { patient: 7 }, { encounter: 'Patient/p1' }, { intent: '' }, { need_patient_banner: 'yes' }],
    ...[{ smart_style_url: 'javascript:alert(1)' }, { fhirContext: 'ImagingStudy/1' }, { fhirContext: ['nonsense'] }],
    ...[{ fhirContext: [{ reference: 'https://evil/ImagingStudy/1' }] }, { fhirContext: [{ type: 'ImagingStudy' }] }],
  ]) {
    await assert.rejects(contextOf(ctx), { status: 400 }, JSON.stringify(ctx))
  }
})

test('fhirContext: objects for SMART 2.1 and later, strings before; omitted without items', async () => {
  const imaging = { reference: 'ImagingStudy/i1', role: 'https://example.org/role' }
  const given = ['Task/t1', imaging, { canonical: 'http://q|1', type: 'Questionnaire' }]
  const version = (smart_version: string | number): Client => ({ ...app, details: { smart_version } })
  assert.deepEqual((await contextOf({ fhirContext: given }))?.fhirContext, [{ reference: 'Task/t1' }, ...given.slice(1)])
  assert.deepEqual((await contextOf({ fhirContext: given }, version('2.2')))?.fhirContext?.[0], { reference: 'Task/t1' })
  for (const older of ['1.0', '2.0', 2, '2.0.0']) {
    assert.deepEqual((await contextOf({ fhirContext: given }, version(older)))?.fhirContext, ['Task/t1', 'ImagingStudy/i1'], `${older}`)
  }
  assert.equal('fhirContext' in ((await contextOf({ fhirContext: [] })) ?? {}), false)
  assert.equal('fhirContext' in ((await contextOf({ patient: 'p1' })) ?? {}), false)
})
