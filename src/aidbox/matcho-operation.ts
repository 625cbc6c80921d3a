// `POST /$matcho` (aidbox-behaviour §3.7): a pattern tried on a value. Paths of the pattern lead into `context`, or into the value itself.
import { type PolicyDiagnostic, siteOf } from '../policy/diagnostics.ts'
import { compileMatcho } from '../policy/matcho/compile.ts'
import { isMap } from '../policy/matcho/value.ts'

export interface MatchoAnswer {
  readonly status: 200 | 400 | 422
  readonly body: unknown
}

const invalid = (status: 400 | 422, diagnostics: readonly string[]): MatchoAnswer => ({
  status,
  body: {
    resourceType: 'OperationOutcome',
    id: 'invalid',
    text: { status: 'generated', div: 'Invalid' },
    issue: diagnostics.map((text) => ({ severity: 'fatal', code: 'invalid', diagnostics: text })),
  },
})

const inWords = ({ path, message }: PolicyDiagnostic): string => (path.length === 0 ? message : `${path.join('.')}: ${message}`)

/** Echoes what was given, with the mismatches in `result`: none where the pattern matches. */
export const matchoOperation = (body: unknown): MatchoAnswer => {
  if (!isMap(body) || body.matcho === undefined)
    return invalid(400, ['the body has the pattern as `matcho`, and what it is tried on as `resource`'])
  const found: PolicyDiagnostic[] = []
  const matcher = compileMatcho(body.matcho, siteOf('', found, ['matcho']))
  const errors = found.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) return invalid(422, errors.map(inWords))
  try {
    const mismatch = matcher.explain(body.resource, body.context ?? body.resource, [])
    return { status: 200, body: { ...body, result: mismatch ? [mismatch] : [] } }
  } catch (error) {
    return invalid(422, [error instanceof Error ? error.message : 'the pattern cannot be tried on this value'])
  }
}
