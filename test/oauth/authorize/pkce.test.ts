// PKCE (RFC 9700 §2.1.1): public clients must, unless the operator says that an app of SMART 1.0 may not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parametersOf } from '../../../src/http/parameters.ts'
import { checkAuthorizationRequest } from '../../../src/oauth/authorize/checks.ts'
import { AuthorizationError } from '../../../src/oauth/errors.ts'
import type { Client } from '../../../src/oauth/types/client.ts'
import { CHALLENGE, createTestBox, REDIRECT } from '../box.ts'

const client = (id: string, pkce: boolean | undefined): Client => ({
  resourceType: 'Client',
  id,
  grant_types: ['authorization_code'],
  auth: { authorization_code: { redirect_uri: REDIRECT, ...(pkce !== undefined && { pkce }) } },
})
const box = await createTestBox([client('silent', undefined), client('must', true), client('legacy', false)])

const ask = (client_id: string, more: ReadonlyArray<readonly [string, string]> = []) =>
  checkAuthorizationRequest(
    box.provider,
    parametersOf([['response_type', 'code'], ['client_id', client_id], ['redirect_uri', REDIRECT], ['state', 's'], ...more]),
  )
const isRefused = (error: unknown): boolean => error instanceof AuthorizationError && error.error === 'invalid_request'

test('O-06: a public client without code_challenge is refused; with S256 it passes', async () => {
  const challenge = [
    ['code_challenge', CHALLENGE],
    ['code_challenge_method', 'S256'],
  ] as const
  for (const id of ['silent', 'must']) {
    await assert.rejects(ask(id), isRefused)
    await ask(id, challenge)
  }
  await assert.rejects(ask('silent', [['code_challenge', CHALLENGE]]), isRefused, 'plain is not S256')
})

test('pkce: false lets a client do without, and a challenge that it sends still counts', async () => {
  await ask('legacy')
  await assert.rejects(
    ask('legacy', [
      ['code_challenge', 'short'],
      ['code_challenge_method', 'S256'],
    ]),
    isRefused,
  )
})
