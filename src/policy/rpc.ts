// One call of /rpc as policies see it: operation `rpc`, its method as `params._m`, its params beside (aidbox-behaviour §3.1, §3.3).
import type { AccessRequest } from '../fhir/access.ts'
import type { CanonicalRequest } from '../http/request.ts'
import type { Json } from './matcho/value.ts'

/** `params` holds the call's params and `_m`. Calls are policy's alone, so no permission is asked of scopes. */
export const rpcAccess = (request: CanonicalRequest, params: Json): AccessRequest => ({
  request,
  operation: 'rpc',
  interaction: 'rpc',
  params,
  resource: { method: params._m, params },
  permissions: [],
})
