// `__debug=policy` and `x-debug: policy` (aidbox-behaviour §3.7, security-requirements P-16): a request is taken through its route for the
// sake of its decisions. With `__debug` each is explained and then denied, so that nothing is read or written.
import { valueResponse } from './body.ts'
import type { Decision } from './fhir/access.ts'
import { parseJson, stringifyJson } from './http/json.ts'
import { formatParameters, parametersOf } from './http/parameters.ts'
import type { CanonicalRequest } from './http/request.ts'
import type { Log } from './http/runtime.ts'
import type { Caller } from './identify.ts'
import type { Principal } from './oauth/principal.ts'
import type { Explanation } from './policy/explain.ts'
import { isMap, type Json } from './policy/matcho/value.ts'
import { NOTHING } from './store/criterion.ts'

/** Answers a request of a caller: a route's handler. */
export type Run = (request: CanonicalRequest, caller: Caller) => Promise<Response>

const DENIED: Decision = { permit: false, status: 403, reason: 'this request is only explained' }
/** What a Bundle is opened with, so that its entries are asked about: they are denied one by one. */
const OPENED: Decision = { permit: true, rows: () => NOTHING, confined: true }

const recording = (caller: Caller, into: Explanation[]): Caller => ({
  ...caller,
  authorize: async (access) => {
    into.push(await caller.explain(access))
    return DENIED
  },
})

/** The Bundle is opened, its entries are recorded. */
const recordingEntries = (caller: Caller, into: Explanation[]): Caller => {
  const entries = recording(caller, into)
  let opened = false
  return {
    ...entries,
    authorize: async (access) => {
      if (opened) return entries.authorize(access)
      opened = true
      return OPENED
    },
  }
}

/** Entries of a transaction are decided as those of a batch are, which does not stop at the first that is denied. */
const asBatch = (request: CanonicalRequest, bundle: Json): CanonicalRequest => ({
  ...request,
  headers: new Map([...request.headers, ['content-type', 'application/json']]),
  body: async () => Buffer.from(stringifyJson({ ...bundle, type: 'batch' })),
})

/** What a request's decisions are, and what it is answered where it comes to none: it is malformed, or nobody is asked. */
export interface Explained {
  readonly explanations: readonly Explanation[]
  readonly response: Response | undefined
}

/** Every decision that the request asks for, in order: its own, then those of its entries where it is a Bundle that is permitted. */
export const explainRequest = async (request: CanonicalRequest, caller: Caller, run: Run): Promise<Explained> => {
  const into: Explanation[] = []
  let response: Response | undefined
  try {
    response = await run(request, recording(caller, into))
  } catch (error) {
    // The refusal that was recorded is no failure.
    if (into.length === 0) throw error
  }
  const [first] = into
  if (first?.access.interaction === 'transaction' && first.decision.permit && isMap(first.access.resource)) {
    await run(asBatch(request, first.access.resource), recordingEntries(caller, into))
  }
  return { explanations: into, response }
}

/** The request without `__debug`, so that it is decided as it would be without it. */
export const withoutDebug = (request: CanonicalRequest): CanonicalRequest => {
  const entries = request.query.entries.filter(([name]) => name !== '__debug')
  return { ...request, query: parametersOf(entries), queryString: formatParameters(entries) }
}

/** Explains and decides; each policy's answer becomes a line of the log. */
export const traced = (caller: Caller, log: Log): Caller => ({
  ...caller,
  authorize: async (access) => {
    if (access.supposed) return caller.authorize(access)
    const { policies } = await caller.explain(access)
    for (const answer of policies) {
      const mismatch = !answer.granted && answer.why === 'mismatch' ? { path: answer.mismatch.path.join('.') } : {}
      log.info(
        { request: access.request.id, operation: access.operation, policy: answer.id, granted: answer.granted, ...mismatch },
        'auth/trace-policy',
      )
    }
    return caller.authorize(access)
  },
})

export interface DebugOptions {
  readonly devMode: boolean
  readonly isAdmin: (principal: Principal) => boolean
  /** AccessPolicies by id, as they are declared. */
  readonly sources: ReadonlyMap<string, object>
  readonly log: Log
}

/** An address that is unknown is not this machine. */
const isLoopback = (address: string | undefined): boolean => address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address ?? '')

/** Development mode counts on loopback only. */
export const isDevelopment = ({ devMode }: Pick<DebugOptions, 'devMode'>, request: CanonicalRequest): boolean =>
  devMode && isLoopback(request.remoteAddr)

/** For administrators, or in development mode (P-16). */
const mayDebug = (options: DebugOptions, request: CanonicalRequest, { principal }: Caller): boolean =>
  isDevelopment(options, request) || options.isAdmin(principal)

/** Answers a request, or explains it where that is asked by whom it may be asked; for others `__debug` is a parameter like any other. */
export const createDebug =
  (options: DebugOptions) =>
  async (request: CanonicalRequest, caller: Caller, run: Run): Promise<Response> => {
    const explained = request.query.get('__debug') === 'policy'
    const logged = request.headers.get('x-debug') === 'policy'
    if (!(explained || logged) || !mayDebug(options, request, caller)) return run(request, caller)
    if (!explained) return run(request, traced(caller, options.log))
    const { explanations, response } = await explainRequest(withoutDebug(request), caller, run)
    if (explanations.length === 0 && response) return response
    const answer = await valueResponse(request, 200, debugAnswer(explanations, options.sources))
    answer.headers.set('x-request-id', request.id)
    return answer
  }

/** What policies see, as plain JSON: members that are missing are left out. */
export const plainRequest = (request: Json): unknown => parseJson(stringifyJson(request))

const policyOf = (explanation: Explanation, sources: ReadonlyMap<string, object>) =>
  explanation.policies.map((answer) => ({
    ...sources.get(answer.id),
    id: answer.id,
    'eval-result': answer.granted,
    ...(answer.granted && answer.within && { within: answer.within }),
    ...(!answer.granted && answer.why === 'mismatch' && { errors: [answer.mismatch] }),
    ...(!answer.granted && answer.why !== 'mismatch' && { why: answer.why }),
  }))

const decisionOf = ({ decision }: Explanation) =>
  decision.permit ? { permit: true } : { permit: false, status: decision.status, reason: decision.reason }

const one = (explanation: Explanation, sources: ReadonlyMap<string, object>) => ({
  request: plainRequest(explanation.request),
  policies: policyOf(explanation, sources),
  scopes: explanation.scopes,
  decision: decisionOf(explanation),
})

/** The answer in place of the real one, of at least one explanation: Aidbox's `request` and `policies`, with our scopes and decision, and the entries of a Bundle. */
export const debugAnswer = (explanations: readonly Explanation[], sources: ReadonlyMap<string, object>): unknown => {
  const [first, ...entries] = explanations
  if (!first) return {}
  return { ...one(first, sources), ...(entries.length > 0 && { entries: entries.map((entry) => one(entry, sources)) }) }
}
