// Asks scopes and policies, once an interaction knows what the request means and before it looks at what is stored.
import type { Parameters } from '../http/parameters.ts'
import type { Decision, Permission } from './access.ts'
import type { Call } from './call.ts'
import { FhirError } from './outcome.ts'
import type { Resource } from './resource.ts'

export type Permit = Extract<Decision, { permit: true }>

export interface Asked {
  /** The query parameters that this interaction understands and applies. */
  readonly parameters?: Parameters
  /** The parsed body. */
  readonly resource?: Resource
  /** Where they are not the route's. */
  readonly type?: string
  readonly permissions?: readonly Permission[]
  readonly operation?: string
}

type Params = Record<string, string | readonly string[]>

/** The path's parameters win over the query's of the same name, arrays for what stands more than once. */
const paramsOf = ({ route: { type, id, vid, target } }: Call, parameters: Parameters | undefined): Params => {
  const query = (parameters?.names() ?? []).map((name): readonly [string, string | readonly string[]] => {
    const values = parameters?.getAll(name) ?? []
    return [name, values.length === 1 ? (values[0] ?? '') : values]
  })
  const params: Params = Object.fromEntries(query)
  if (type !== undefined) params['resource/type'] = type
  if (id !== undefined) params['resource/id'] = params.id = id
  if (vid !== undefined) params['resource/vid'] = vid
  if (target !== undefined) params['compartment/type'] = target
  return params
}

/** What a denial is answered: 401, or 403, with its challenge (RFC 6750 §3). */
export const refusalOf = ({ status, insufficientScope }: Extract<Decision, { permit: false }>): FhirError => {
  if (status === 401) return new FhirError('login', 'Unauthorized', { headers: { 'www-authenticate': 'Bearer' } })
  const challenge: Record<string, string> = insufficientScope ? { 'www-authenticate': 'Bearer error="insufficient_scope"' } : {}
  return new FhirError('forbidden', 'Forbidden', { headers: challenge })
}

/** The permit, or a thrown refusal. */
export const permitOf = async (call: Call, asked: Asked = {}): Promise<Permit> => {
  const { fhir, route } = call
  const { interaction, id } = route
  const type = asked.type ?? route.type
  const decision = await fhir.authorize({
    request: fhir.request,
    interaction,
    operation: asked.operation ?? route.operation,
    permissions: asked.permissions ?? route.permissions,
    params: paramsOf(call, asked.parameters),
    type,
    id,
    resource: asked.resource,
  })
  if (decision.permit) return decision
  throw refusalOf(decision)
}
