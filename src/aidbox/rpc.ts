// POST /rpc: methods by name, one call or a batch (aidbox-behaviour §3.3, §5.3). Policies decide on each call, with `params._m`; scopes do not.
import type { Authorize } from '../fhir/access.ts'
import type { CanonicalRequest } from '../http/request.ts'
import type { Principal } from '../oauth/principal.ts'
import { isMap, type Json } from '../policy/matcho/value.ts'
import { rpcAccess } from '../policy/rpc.ts'

export type RpcAnswer = { readonly result: unknown } | { readonly error: Json }

/** Throws RpcError for what the caller did wrong. */
export type RpcMethod = (params: Json, caller: { readonly request: CanonicalRequest; readonly principal: Principal }) => Promise<unknown>

/** The message is fit for the outside. */
export class RpcError extends Error {}

export interface RpcDependencies {
  readonly methods: ReadonlyMap<string, RpcMethod>
}

export interface RpcResponse {
  readonly status: number
  readonly body: RpcAnswer | readonly RpcAnswer[]
}

type Caller = { readonly request: CanonicalRequest; readonly principal: Principal; readonly authorize: Authorize }
type Outcome = { readonly status: number; readonly answer: RpcAnswer }

const failed = (status: number, message: string): Outcome => ({ status, answer: { error: { message } } })

/** A denied call and an unknown method look the same to whom nothing is permitted. */
const callOne = async (call: unknown, caller: Caller, { methods }: RpcDependencies): Promise<Outcome> => {
  const method = isMap(call) ? call.method : undefined
  const params = isMap(call) && call.params !== undefined ? call.params : {}
  if (typeof method !== 'string' || !isMap(params)) return failed(400, 'a call needs a method, and params that are an object')
  const decision = await caller.authorize(rpcAccess(caller.request, { ...params, _m: method }))
  if (!decision.permit) return decision.status === 401 ? failed(401, 'Unauthorized') : failed(403, 'Forbidden')
  const handler = methods.get(method)
  if (!handler) return failed(404, `unknown method ${method}`)
  try {
    return { status: 200, answer: { result: await handler(params, caller) } }
  } catch (error) {
    if (error instanceof RpcError) return failed(422, error.message)
    throw error
  }
}

/** Answers one call with its status, and a batch with 200 and an answer for each call, in order. */
export const createRpc =
  (dependencies: RpcDependencies) =>
  async (body: unknown, caller: Caller): Promise<RpcResponse> => {
    if (!Array.isArray(body)) {
      const { status, answer } = await callOne(body, caller, dependencies)
      return { status, body: answer }
    }
    const answers: RpcAnswer[] = []
    for (const call of body) answers.push((await callOne(call, caller, dependencies)).answer)
    return { status: 200, body: answers }
  }
