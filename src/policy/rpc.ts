// The policies' decision on one call of /rpc: operation `rpc`, its method as `params._m`, its params beside (aidbox-behaviour §3.1, §3.3).
import type { CanonicalRequest } from '../http/request.ts'
import type { Principal } from '../oauth/principal.ts'
import type { CompiledPolicies } from './compile.ts'
import { decide } from './decide.ts'
import type { Json } from './matcho/value.ts'
import { requestObject } from './request-object.ts'

/** May this principal make this call? `params` holds the call's params and `_m`. */
export const permitsRpc =
  (policies: CompiledPolicies) =>
  ({
    params,
    request,
    principal,
  }: {
    readonly params: Json
    readonly request: CanonicalRequest
    readonly principal: Principal
  }): boolean => {
    const access = { request, operation: 'rpc', interaction: 'rpc', params: {}, resource: { method: params._m, params }, permissions: [] }
    return decide(policies, { ...requestObject(access, principal), params }).granted
  }
