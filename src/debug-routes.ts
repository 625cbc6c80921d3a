// Routes for whom a policy lets look behind a decision: POST /$matcho, POST /auth/test-policy (aidbox-behaviour §3.7) and our
// GET /$decision/[id]. Each is decided like any request, on operations of its own; in development mode on loopback it is open (P-16).
import { matchoOperation } from './aidbox/matcho-operation.ts'
import { type TestPolicyDependencies, testPolicy } from './aidbox/test-policy.ts'
import { readBody, valueResponse } from './body.ts'
import { isDevelopment } from './debug-policy.ts'
import { FhirError } from './fhir/outcome.ts'
import { refusalOf } from './fhir/permit.ts'
import { plainNumbers } from './http/json.ts'
import type { CanonicalRequest } from './http/request.ts'
import type { Caller } from './identify.ts'
import type { CallerRoute } from './mount.ts'
import type { DecisionLog } from './policy/decision-log.ts'

export interface DebugRoutesDependencies extends TestPolicyDependencies {
  readonly devMode: boolean
  readonly decisions: DecisionLog
}

interface Asked {
  readonly operation: string
  readonly params?: Readonly<Record<string, string>>
  readonly resource?: unknown
}

/** They show how access is decided, so they ask for the reading of AccessPolicies, which no scope covers; then policies decide. */
const permit = async (deps: DebugRoutesDependencies, request: CanonicalRequest, { authorize }: Caller, asked: Asked): Promise<void> => {
  if (isDevelopment(deps, request)) return
  const access = { request, interaction: asked.operation, type: 'AccessPolicy', permissions: ['r'] as const, params: {}, ...asked }
  const decision = await authorize(access)
  if (!decision.permit) throw refusalOf(decision)
}

export const debugRoutes = (deps: DebugRoutesDependencies): readonly CallerRoute[] => {
  const matcho = async (request: CanonicalRequest, caller: Caller): Promise<Response> => {
    const resource = await readBody(request)
    await permit(deps, request, caller, { operation: 'matcho', resource })
    const { status, body } = matchoOperation(plainNumbers(resource))
    return valueResponse(request, status, body)
  }
  const test = async (request: CanonicalRequest, caller: Caller): Promise<Response> => {
    const resource = await readBody(request)
    await permit(deps, request, caller, { operation: 'test-policy', resource })
    const { status, body } = await testPolicy(plainNumbers(resource), deps)
    return valueResponse(request, status, body)
  }
  const decision = async (request: CanonicalRequest, caller: Caller): Promise<Response> => {
    const id = request.segments[1] ?? ''
    await permit(deps, request, caller, { operation: 'decision', params: { id } })
    const denials = deps.decisions.find(id)
    if (denials.length === 0) throw new FhirError('not-found', 'no denial of this id is known any more')
    return valueResponse(request, 200, { id, denials })
  }
  return [
    { method: 'POST', path: '/$matcho', handle: matcho },
    { method: 'POST', path: '/auth/test-policy', handle: test },
    { method: 'GET', path: '/$decision/:id', handle: decision },
  ]
}
