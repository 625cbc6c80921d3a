// Aidbox's routes at the root that are not resources: POST /rpc and PUT / (aidbox-behaviour §3.3, §5.3, §8.2).
import { batchUpsert } from './aidbox/batch-upsert.ts'
import { createRpc, RpcError, type RpcMethod } from './aidbox/rpc.ts'
import { readBody, valueResponse } from './body.ts'
import type { FhirRequest, FhirResponse } from './fhir/request.ts'
import { HttpError } from './http/errors.ts'
import { parseJson, stringifyJson } from './http/json.ts'
import { parametersOf } from './http/parameters.ts'
import type { CanonicalRequest } from './http/request.ts'
import type { Caller } from './identify.ts'
import type { CallerRoute } from './mount.ts'
import { getLaunchUri, type LaunchDeps } from './smart/launch.ts'

export interface AidboxRoutesDependencies {
  readonly issuer: string
  readonly launch: LaunchDeps
  readonly fhir: (request: FhirRequest) => Promise<FhirResponse>
}

const methodsOf = ({ launch }: AidboxRoutesDependencies): ReadonlyMap<string, RpcMethod> =>
  new Map([
    [
      'aidbox.smart/get-launch-uri',
      async (params) => {
        try {
          return await getLaunchUri(params, launch)
        } catch (error) {
          if (error instanceof HttpError) throw new RpcError(error.message)
          throw error
        }
      },
    ],
  ])

/** One item of the list as the request that it stands for. */
const itemRequest = (request: CanonicalRequest, type: string, id: string, resource: unknown): CanonicalRequest => ({
  ...request,
  method: 'PUT',
  path: `/${type}/${id}`,
  segments: [type, id],
  query: parametersOf([]),
  queryString: '',
  headers: new Map([...request.headers, ['content-type', 'application/json'], ['accept', 'application/json']]),
  body: async () => Buffer.from(stringifyJson(resource)),
})

/** The routes; each asks the policies through its caller. */
export const aidboxRoutes = (deps: AidboxRoutesDependencies): readonly CallerRoute[] => {
  const rpc = createRpc({ methods: methodsOf(deps) })
  const callRpc = async (request: CanonicalRequest, { principal, authorize }: Caller): Promise<Response> => {
    const { status, body } = await rpc(await readBody(request), { request, principal, authorize })
    return valueResponse(request, status, body)
  }
  const upsert = async (request: CanonicalRequest, { authorize }: Caller): Promise<Response> => {
    const { status, body } = await batchUpsert(await readBody(request), async (type, id, resource) => {
      const answer = await deps.fhir({
        request: itemRequest(request, type, id, resource),
        segments: [type, id],
        base: deps.issuer,
        format: 'aidbox',
        authorize,
      })
      return { status: answer.status, resource: parseJson(answer.body ?? 'null') }
    })
    return valueResponse(request, status, body)
  }
  return [
    { method: 'POST', path: '/rpc', handle: callRpc },
    { method: 'PUT', path: '/', handle: upsert },
  ]
}
