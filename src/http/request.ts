// The canonical request: parsed once at the door; routing, policies, search and audit all read this value and nothing else.
import type { Parameters } from './parameters.ts'

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'

export interface CanonicalRequest {
  /** Names the request in logs and in `X-Request-Id`. */
  readonly id: string
  readonly method: Method
  /** The path as received, checked: no empty, dot or encoded-slash segments, no control characters, no `;`. */
  readonly path: string
  /** The decoded segments of `path`. */
  readonly segments: readonly string[]
  readonly query: Parameters
  /** As received, without `?`; `''` when absent. */
  readonly queryString: string
  /** Names in lower case; a header that may stand once (Host, Authorization, Content-Type) stands once. */
  readonly headers: ReadonlyMap<string, string>
  readonly remoteAddr: string | undefined
  /** The body's bytes, read once, at most the configured size; rejects with HttpError 413. Empty when there is none. */
  body(): Promise<Uint8Array>
}
