// What every request goes through around its handler: canonical form in, protocol errors rendered, security headers out.
import { type Failure, failureOf, UNFORESEEN } from './fhir/failure.ts'
import { HttpError } from './http/errors.ts'
import type { CanonicalRequest } from './http/request.ts'
import type { Log } from './http/runtime.ts'
import { OAuthError } from './oauth/errors.ts'

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>>): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers } })

const fhir = ({ status, headers, body }: Failure): Response =>
  new Response(body, {
    status,
    headers: { 'content-type': 'application/fhir+json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  })

/** Is this path answered in OAuth's terms (RFC 6749 §5.2), rather than FHIR's? */
const speaksOAuth = (path: string): boolean => path.startsWith('/auth/') || path.startsWith('/.well-known/')

/** OAuth's refusals outside OAuth's endpoints: a bearer token that does not hold, in front of FHIR. */
const asHttpError = ({ status, message, headers }: OAuthError): HttpError => new HttpError(status, message, { headers: { ...headers } })

/** One place from failure to wire: an unknown error is logged with its request's id and says nothing outside. */
export const renderError = (error: unknown, path: string, request: CanonicalRequest | undefined, log: Log): Response => {
  const oauth = speaksOAuth(path)
  if (oauth && error instanceof OAuthError)
    return json(error.status, { error: error.error, error_description: error.message }, error.headers)
  if (oauth && error instanceof HttpError)
    return json(error.status, { error: 'invalid_request', error_description: error.message }, error.headers)
  const failure = failureOf(error instanceof OAuthError ? asHttpError(error) : error)
  if (failure) return fhir(failure)
  log.error({ request: request?.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'unexpected failure')
  return oauth ? json(500, { error: 'server_error', error_description: 'the server could not answer' }, {}) : fhir(UNFORESEEN)
}
