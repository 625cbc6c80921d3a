// What every request goes through around its handler: canonical form in, protocol errors rendered, security headers out.
import { FhirError } from './fhir/outcome.ts'
import { HttpError } from './http/errors.ts'
import type { CanonicalRequest } from './http/request.ts'
import type { Log } from './http/runtime.ts'
import { OAuthError } from './oauth/errors.ts'

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>>): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers } })

const operationOutcome = (status: number, code: string, diagnostics: string, headers: Readonly<Record<string, string>>): Response =>
  new Response(JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, diagnostics }] }), {
    status,
    headers: { 'content-type': 'application/fhir+json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  })

/** Is this path answered in OAuth's terms (RFC 6749 §5.2), rather than FHIR's? */
const speaksOAuth = (path: string): boolean => path.startsWith('/auth/') || path.startsWith('/.well-known/')

const ISSUE_CODES: ReadonlyMap<number, string> = new Map([
  [400, 'invalid'],
  [401, 'login'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [405, 'not-supported'],
  [406, 'not-supported'],
  [413, 'too-long'],
  [415, 'not-supported'],
])

/** One place from failure to wire: an unknown error is logged with its request's id and says nothing outside. */
export const renderError = (error: unknown, path: string, request: CanonicalRequest | undefined, log: Log): Response => {
  if (error instanceof OAuthError) {
    if (speaksOAuth(path)) return json(error.status, { error: error.error, error_description: error.message }, error.headers)
    return operationOutcome(
      error.status,
      error.status === 403 ? 'forbidden' : error.status === 401 ? 'login' : 'invalid',
      error.message,
      error.headers,
    )
  }
  if (error instanceof HttpError) {
    if (speaksOAuth(path)) return json(error.status, { error: 'invalid_request', error_description: error.message }, error.headers)
    return operationOutcome(error.status, ISSUE_CODES.get(error.status) ?? 'processing', error.message, error.headers)
  }
  if (error instanceof FhirError) return operationOutcome(error.status, error.code, error.message, {})
  log.error({ request: request?.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'unexpected failure')
  if (speaksOAuth(path)) return json(500, { error: 'server_error', error_description: 'the server could not answer' }, {})
  return operationOutcome(500, 'exception', 'the server could not answer', {})
}
