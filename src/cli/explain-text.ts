// An explanation as a page of text (`emberbox explain`): who asks, what it is, what scopes and policies say, and what would be seen.
import type { Permission } from '../fhir/access.ts'
import type { Principal } from '../oauth/principal.ts'
import type { Explanation, PolicyAnswer } from '../policy/explain.ts'
import { mismatchInWords, schemaMismatchInWords } from '../policy/mismatch-words.ts'
import { rowsInWords } from '../policy/rows-words.ts'
import type { AccessPolicy } from '../policy/types/access-policy.ts'

const VERBS: Readonly<Record<Permission, string>> = { c: 'create', r: 'read', u: 'update', d: 'delete', s: 'search' }
const LABEL = 10

const line = (label: string, text: string): string => `  ${label.padEnd(LABEL)}${text}`
const more = (text: string): string => line('', text)

const who = ({ method, client, user, roles, session, scope }: Principal): readonly string[] => {
  if (method === 'anonymous') return [line('Who', 'nobody: the request carries no credentials')]
  const person = user ? `user ${user.id}` : undefined
  const app = client ? `client ${client.id}${client.type === undefined ? '' : ` (${client.type})`}` : undefined
  const patient = session?.authorization.context.patient
  return [
    line('Who', [person, app].filter((one) => one !== undefined).join(', through ') || 'somebody with a token of another issuer'),
    ...(roles.length > 0 ? [more(`roles: ${roles.map(({ name }) => name).join(', ')}`)] : []),
    ...(scope === undefined ? [] : [more(`scopes: ${scope.join(' ') || 'none'}`)]),
    ...(patient === undefined ? [] : [more(`patient in context: ${patient}`)]),
  ]
}

const verbs = (permissions: readonly Permission[]): string => permissions.map((one) => VERBS[one]).join(' or ')

const what = ({ access }: Explanation): string => {
  const on = [access.type, access.id].filter((part) => part !== undefined).join('/')
  const does = access.permissions.length === 0 ? access.interaction : verbs(access.permissions)
  return line('Asks to', `${does}${on === '' ? '' : ` ${on}`}  (operation ${access.operation})`)
}

const scopes = ({ scopes: answer, access }: Explanation): string => {
  if (!answer.enforced) return line('Scopes', 'not asked: this client’s requests are decided by policies alone')
  if (access.permissions.length === 0) return line('Scopes', 'not asked for this request')
  if (answer.uncovered.length === 0) return line('Scopes', `cover it: they let the client ${verbs(access.permissions)} ${access.type}`)
  return line('Scopes', `do not cover it: none lets the client ${verbs(answer.uncovered)} ${access.type ?? 'this'}`)
}

const roleNames = ({ roles }: Principal): string => (roles.length === 0 ? 'none' : roles.map(({ name }) => name).join(', '))

/** Why a policy does not grant; what it is for where it does. */
export const policyInWords = (
  answer: PolicyAnswer,
  source: AccessPolicy | undefined,
  { principal, request }: Explanation,
): string | undefined => {
  if (answer.granted) return answer.within ? `within ${answer.within.join(' and ')}` : source?.description
  if (answer.why === 'mismatch') {
    return source?.engine === 'json-schema' ? schemaMismatchInWords(answer.mismatch) : mismatchInWords(answer.mismatch, request)
  }
  if (answer.why === 'no-role') return `only for users with the role ${source?.roleName}; this user’s roles: ${roleNames(principal)}`
  return 'it could not be evaluated on this request, so it does not grant'
}

const policies = (explanation: Explanation, sources: ReadonlyMap<string, AccessPolicy>): readonly string[] => {
  const { policies: answers } = explanation
  if (answers.length === 0) return [line('Policies', 'none is for this user, client or operation')]
  const granting = answers.filter(({ granted }) => granted).length
  const rows = answers.flatMap((answer) => {
    const reason = policyInWords(answer, sources.get(answer.id), explanation)
    return [`    ${answer.granted ? 'grants ' : 'no     '} ${answer.id}`, ...(reason === undefined ? [] : [`            ${reason}`])]
  })
  return [line('Policies', `${granting} of ${answers.length} ${granting === 1 ? 'grants' : 'grant'} it`), ...rows]
}

const outcome = ({ decision, policies: answers, access }: Explanation): readonly string[] => {
  if (!decision.permit) {
    const reason = decision.insufficientScope
      ? 'no scope covers it'
      : `no policy grants it${decision.status === 401 ? ', and nobody has signed in' : ''}`
    return [line('So', `DENIED with ${decision.status}: ${reason}`)]
  }
  const by = answers.find(({ granted }) => granted)?.id
  const { type, permissions } = access
  const seen = type === undefined ? [] : [...new Set(permissions.map((one) => rowsInWords(type, decision.rows(type, one))))]
  return [line('So', `ALLOWED by ${by}`), ...seen.map((text, at) => line(at === 0 ? 'Reaches' : '', text))]
}

/** One decision as lines. */
const explanationText = (explanation: Explanation, sources: ReadonlyMap<string, AccessPolicy>): string => {
  const { request } = explanation.access
  const url = request.queryString === '' ? request.path : `${request.path}?${request.queryString}`
  const head = `${request.method} ${url}`
  return [
    head,
    '',
    ...who(explanation.principal),
    what(explanation),
    '',
    scopes(explanation),
    ...policies(explanation, sources),
    '',
    ...outcome(explanation),
  ].join('\n')
}

/** The request's decision, and those of its entries where it is a Bundle. */
export const explanationsText = (explanations: readonly Explanation[], sources: ReadonlyMap<string, AccessPolicy>): string =>
  explanations.map((one) => explanationText(one, sources)).join('\n\n')
