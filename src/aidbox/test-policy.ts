// `POST /auth/test-policy` (aidbox-behaviour §3.7): a policy that is not stored, tried on a request that is not made. A bearer token of the
// simulated request is read and not verified: its claims are what the policy is tried on, and nothing else.
import { decodeJwt } from 'jose'
import { MalformedParameters, parseParameters } from '../http/parameters.ts'
import type { BoundedDependencies, Wanted } from '../policy/bounded.ts'
import { compilePolicies } from '../policy/compile.ts'
import { dualView } from '../policy/dual-view.ts'
import { askSearching, type Explanation, type PolicyAnswer } from '../policy/explain.ts'
import { isMap, type Json } from '../policy/matcho/value.ts'
import { resourceView } from '../policy/request-object.ts'

/** What is asked of the simulated request: how it would be routed, for whom. */
export interface Simulation {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface TestPolicyDependencies extends BoundedDependencies {
  /** The request's own first decision; undefined where it comes to none. */
  readonly route: (simulation: Simulation) => Promise<Explanation | undefined>
  readonly userById: (id: string) => Promise<object | undefined>
  readonly clientById: (id: string) => Promise<object | undefined>
}

export interface TestPolicyAnswer {
  readonly status: 200 | 400 | 404 | 422
  readonly body: unknown
}

const refused = (status: 400 | 404 | 422, ...diagnostics: readonly string[]): TestPolicyAnswer => ({
  status,
  body: {
    resourceType: 'OperationOutcome',
    id: 'invalid',
    text: { status: 'generated', div: 'Invalid' },
    issue: diagnostics.map((text) => ({ severity: 'fatal', code: 'invalid', diagnostics: text })),
  },
})

const headersOf = (given: unknown): Record<string, string> =>
  Object.fromEntries(
    (isMap(given) ? Object.entries(given) : []).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
    ),
  )

/** Undefined where the header is no bearer token in the form of a JWT. */
const claimsOf = (authorization: string | undefined): Json | undefined => {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
  try {
    return token === undefined ? undefined : decodeJwt(token)
  } catch {
    return undefined
  }
}

const evaluated = (answer: PolicyAnswer) => ({
  'eval-result': answer.granted,
  ...(answer.granted && answer.within && { within: answer.within }),
  ...(!answer.granted && answer.why === 'mismatch' && { errors: [answer.mismatch] }),
  ...(!answer.granted && answer.why !== 'mismatch' && { why: answer.why }),
})

type Found = { readonly ok: true; readonly value: object | undefined } | { readonly ok: false; readonly message: string }

/** The user or the client: found by id, or given. */
const principalPart = async (given: Json, name: 'user' | 'client', find: TestPolicyDependencies['userById']): Promise<Found> => {
  const id = given[`${name}-id`]
  if (typeof id !== 'string') return { ok: true, value: isMap(given[name]) ? given[name] : undefined }
  const value = await find(id)
  return value ? { ok: true, value } : { ok: false, message: `there is no ${name} ${id}` }
}

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)

interface Simulated {
  readonly request: Json
  readonly wanted: Wanted
}

/** What policies would see: what routing makes of the request, and over it what is given. */
const requestOf = async (
  given: Json,
  user: object | undefined,
  client: object | undefined,
  deps: TestPolicyDependencies,
): Promise<Simulated> => {
  const method = textOr(given['request-method'], 'get')
  const [path = '', query = textOr(given['query-string'], '')] = textOr(given.uri, '/').split('?')
  const { authorization, ...headers } = headersOf(given.headers)
  const body = given.resource ?? given.body
  const routed = await deps.route({ method: method.toUpperCase(), url: query === '' ? path : `${path}?${query}`, headers, body })
  const params = routed ? routed.request.params : Object.fromEntries(parseParameters(query).entries)
  const request = {
    ...routed?.request,
    ...Object.fromEntries(Object.entries(given).filter(([name]) => !name.endsWith('-id'))),
    uri: path,
    'request-method': method,
    headers,
    params: { ...(isMap(params) && params), ...(isMap(given.params) && given.params) },
    resource: dualView(body),
    body: dualView(body),
    jwt: given.jwt ?? claimsOf(authorization),
    user: resourceView(user),
    client: resourceView(client),
  }
  return { request, wanted: routed?.access ?? { interaction: '' } }
}

/** Evaluates the policy on the simulated request; its links are not asked, since it is the policy that is tried. */
export const testPolicy = async (body: unknown, deps: TestPolicyDependencies): Promise<TestPolicyAnswer> => {
  if (!isMap(body) || !isMap(body.request) || !isMap(body.policy)) return refused(400, 'the body has a `request` and a `policy`')
  const { link: _link, ...policy } = body.policy
  const compiled = compilePolicies([{ id: 'tested', ...policy }], deps.definitions)
  if (!compiled.ok) return refused(422, ...compiled.diagnostics.map(({ path, message }) => [...path, message].join(': ')))
  const [only] = compiled.policies.global
  if (!only) return refused(422, 'the policy is none')
  const user = await principalPart(body.request, 'user', deps.userById)
  const client = await principalPart(body.request, 'client', deps.clientById)
  if (!user.ok) return refused(404, user.message)
  if (!client.ok) return refused(404, client.message)
  try {
    const { request, wanted } = await requestOf(body.request, user.value, client.value, deps)
    return {
      status: 200,
      body: {
        request,
        operation: request.operation,
        policy: body.policy,
        result: evaluated(await askSearching(only, request, wanted, deps)),
      },
    }
  } catch (error) {
    if (error instanceof MalformedParameters) return refused(400, error.message)
    throw error
  }
}
