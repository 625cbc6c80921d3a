// The token family of the authorization server: what a client, never a browser's user, asks.
import { answering } from './answer.ts'
import { push } from './authorize/pushed.ts'
import { PAR_PATH } from './client/assertion.ts'
import { introspect } from './introspect.ts'
import type { Endpoint } from './provider.ts'
import { endCurrentSession, revoke } from './revoke.ts'
import { token } from './token/endpoint.ts'

/** Mounted by box.ts. */
export const tokenEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/auth/token', cors: true, handle: answering(token) },
  { method: 'POST', path: PAR_PATH, cors: true, handle: answering(push) },
  { method: 'POST', path: '/auth/introspect', cors: true, handle: answering(introspect) },
  { method: 'POST', path: '/auth/revoke', cors: true, handle: answering(revoke) },
  { method: 'DELETE', path: '/Session', cors: true, handle: answering(endCurrentSession) },
  { method: 'DELETE', path: '/fhir/Session', cors: true, handle: answering(endCurrentSession) },
]
