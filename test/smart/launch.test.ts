// EHR launches (aidbox-behaviour §5.3; O-15).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '../../src/oauth/types/client.ts'
import { getLaunchUri, readLaunch } from '../../src/smart/launch.ts'

const app: Client = { resourceType: 'Client', id: 'app', smart: { launch_uri: 'http://app/launch.html' } }
const box = () => {
  const once = new Map<string, { value: string; expires: number }>()
  const clock = { at: 1_700_000_000_000, now: () => clock.at }
  return {
    issuer: 'http://x',
    fhirBases: ['http://x/fhir'],
    clients: new Map([['app', app]]),
    users: { byId: async (id: string) => (id === 'u' ? { resourceType: 'User' as const, id } : undefined) },
    records: {
      putOnce: async (_kind: string, key: string, value: string, expires: number) => void once.set(key, { value, expires }),
      peekOnce: async (_kind: string, key: string) => once.get(key),
      takeOnce: async (_kind: string, key: string) => {
        const found = once.get(key)
        once.delete(key)
        return found
      },
    },
    keys: { secret: () => new Uint8Array(32).fill(7) },
    clock,
    random: { bytes: (length: number) => new Uint8Array(length).fill(3) },
  }
}
const params = { user: 'u', client: { id: 'app', resourceType: 'Client' }, iss: 'http%3A%2F%2Fx%2Ffhir', ctx: { patient: 'p1' } }

test('a launch URI as documented; one client, one use, short life', async () => {
  const deps = box()
  const found = await getLaunchUri(params, deps)
  assert.equal(found.uri, `http://app/launch.html?iss=http://x/fhir&launch=${found.launch}`)
  const launch = await readLaunch(found.launch, app, deps)
  assert.deepEqual(launch?.context, { patient: 'p1' })
  assert.equal(await readLaunch(found.launch, { ...app, id: 'other' }, deps), undefined)
  await deps.records.takeOnce('launch', launch?.id ?? '')
  assert.equal(await readLaunch(found.launch, app, deps), undefined)
  const again = await getLaunchUri(params, deps)
  deps.clock.at += 601_000
  assert.equal(await readLaunch(again.launch, app, deps), undefined)
})

test('unknown users, clients and bases are refused', async () => {
  for (const wrong of [{ user: 'x' }, { client: 'x' }, { iss: 'https://evil/fhir' }, { ctx: 'p1' }]) {
    await assert.rejects(getLaunchUri({ ...params, ...wrong }, box()), { status: 400 })
  }
})
