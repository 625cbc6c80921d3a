// A box over given records, deterministic to the byte: clock, randomness and keys are fed, so that two boxes can be compared.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Box, createBox } from '../../src/box.ts'
import { openKeys } from '../../src/oauth/keys/open.ts'
import type { Keys } from '../../src/oauth/keys.ts'
import { Browser, CHALLENGE, VERIFIER } from '../box/browser.ts'
import { createDraw } from './draw.ts'
import type { Record4 } from './records.ts'

export const BASE = 'http://laws.example'
const START = Date.UTC(2024, 0, 5)

const CONFIGURATION: readonly object[] = [
  {
    resourceType: 'Client',
    id: 'app',
    type: 'smart-app',
    first_party: true,
    grant_types: ['authorization_code'],
    auth: { authorization_code: { redirect_uri: 'http://app.example/cb', token_format: 'jwt', access_token_expiration: 10_000_000 } },
  },
  {
    resourceType: 'Client',
    id: 'everything',
    secret: 'everything-secret',
    grant_types: ['client_credentials'],
    auth: { client_credentials: { access_token_expiration: 10_000_000 } },
  },
  { resourceType: 'AccessPolicy', id: 'as-apps', engine: 'allow', link: [{ reference: 'Client/app' }, { reference: 'Client/everything' }] },
  { resourceType: 'User', id: 'amy', userName: 'amy', password: 'amy-password', fhirUser: { reference: 'Patient/p1' } },
]

export interface World {
  readonly box: Box
  /** An access token of the patient p1 for these scopes. */
  tokenFor(scope: string): Promise<string>
  /** An access token without scopes: policy's alone, which allows everything. */
  everything(): Promise<string>
  /** Sets what the next request is given of randomness and time: the same number, the same bytes. */
  turn(number: number): void
  close(): Promise<void>
}

/** Keys that several worlds share. */
export const sharedKeys = (): Promise<Keys> => openKeys({ random: createDraw(7), clock: { now: () => 0 } })

/** Opens a box over the records. */
export const openWorld = async (records: readonly Record4[], keys: Keys): Promise<World> => {
  const folder = mkdtempSync(join(tmpdir(), 'emberbox-laws-'))
  const file = join(folder, 'world.json')
  writeFileSync(file, JSON.stringify([...CONFIGURATION, ...records]))
  let draw = createDraw(1)
  let now = START
  const clock = { now: () => now }
  const random = { bytes: (length: number) => draw.bytes(length) }
  // The records refer to the stranger's, whom one of the worlds does not have; what is asked for later is checked.
  const bundleReferences = [{ path: file, mode: 'off' }] as const
  const box = await createBox({ bundles: [file], bundleReferences, baseUrl: BASE, clock, random, keys, env: {} })
  rmSync(folder, { recursive: true, force: true })
  const browser = new Browser(box)
  const redeem = async (fields: Record<string, string>): Promise<string> => {
    const response = await box.request('/auth/token', { method: 'POST', body: new URLSearchParams(fields) })
    const body = (await response.json()) as { access_token?: string }
    if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`)
    return body.access_token
  }
  return {
    box,
    async tokenFor(scope) {
      const query = {
        response_type: 'code',
        client_id: 'app',
        redirect_uri: 'http://app.example/cb',
        state: 's',
        aud: `${BASE}/fhir`,
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
        scope: `launch/patient ${scope}`,
      }
      browser.redirected = undefined
      await browser.open(`/auth/authorize?${new URLSearchParams(query)}`)
      if (browser.redirected === undefined) await browser.submit({ username: 'amy', password: 'amy-password' })
      const code = new URL(browser.redirected ?? '').searchParams.get('code') ?? ''
      return redeem({
        grant_type: 'authorization_code',
        code,
        redirect_uri: 'http://app.example/cb',
        client_id: 'app',
        code_verifier: VERIFIER,
      })
    },
    everything: () => redeem({ grant_type: 'client_credentials', client_id: 'everything', client_secret: 'everything-secret' }),
    turn(number) {
      draw = createDraw(number)
      now = START + number
    },
    close: () => box.close(),
  }
}
