// Answers of the OAuth endpoints: JSON that no cache keeps (RFC 6749 §5.1), and the one place where an error becomes a response (§5.2).
import { HttpError } from '../http/errors.ts'
import type { Reply } from '../http/reply.ts'
import type { CanonicalRequest } from '../http/request.ts'
import { OAuthError } from './errors.ts'
import type { Provider } from './provider.ts'

const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' }

/** A JSON answer that is not cached. */
export const answer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: Object.assign({ 'content-type': 'application/json' }, NO_STORE, headers),
  body: JSON.stringify(body),
})

/** An OAuthError as its RFC 6749 §5.2 response. */
export const oauthErrorResponse = (error: OAuthError): Reply =>
  answer(error.status, { error: error.error, error_description: error.message }, error.headers)

/** Wraps a handler: OAuth and HTTP errors become answers, everything else is the box's to report. */
export const answering =
  (handle: (request: CanonicalRequest, provider: Provider) => Promise<Response | Reply>) =>
  async (request: CanonicalRequest, provider: Provider): Promise<Response | Reply> => {
    try {
      return await handle(request, provider)
    } catch (error) {
      if (error instanceof OAuthError) return oauthErrorResponse(error)
      if (error instanceof HttpError) {
        return oauthErrorResponse(new OAuthError('invalid_request', error.message, { status: error.status, headers: { ...error.headers } }))
      }
      throw error
    }
  }
