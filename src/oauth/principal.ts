// Who a request comes from. Absent parts are absent: nothing is assumed from a missing one.
import type { Authorization } from './authorization.ts'
import type { Client } from './types/client.ts'
import type { Role } from './types/role.ts'
import type { User } from './types/user.ts'

export interface Principal {
  readonly method: 'anonymous' | 'basic' | 'bearer'
  readonly client?: Client
  readonly user?: User
  /** The user's Role resources. */
  readonly roles: readonly Role[]
  readonly session?: { readonly id: string; readonly authorization: Authorization }
  /** Claims of a bearer JWT (policies see them as `jwt`). */
  readonly jwt?: Readonly<Record<string, unknown>>
  /** RFC 7662 response for an external opaque token (policies see it as `token`). */
  readonly token?: Readonly<Record<string, unknown>>
  /** Granted scopes; undefined when the credential carries none (Basic). */
  readonly scope?: readonly string[]
}
