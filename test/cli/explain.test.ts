// `emberbox explain`: the decision on a request as a page that can be read at first sight (issue 6, "Explained").
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-explain-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const bundle = join(folder, 'bundle.yaml')
writeFileSync(
  bundle,
  `
- { resourceType: Client, id: portal, grant_types: [password] }
- { resourceType: User, id: amy, fhirUser: { reference: Patient/amy } }
- { resourceType: User, id: off, inactive: true }
- { resourceType: Role, id: amy-patient, name: patient, user: { reference: User/amy } }
- resourceType: AccessPolicy
  id: as-patient-search-own
  engine: matcho
  matcho: { params: { patient: .user.fhirUser.id } }
- resourceType: AccessPolicy
  id: as-nurse-read
  engine: allow
  roleName: nurse
  link: [{ reference: Client/portal }]
- resourceType: AccessPolicy
  id: as-portal-search
  engine: matcho
  link: [{ reference: Client/portal }]
  matcho: { uri: '#^/portal/', request-method: { $enum: [get, post] } }
- resourceType: AccessPolicy
  id: as-somebody-of-a-practice
  engine: json-schema
  schema: { required: [jwt], properties: { jwt: { type: object } } }
- resourceType: AccessPolicy
  id: as-portal-send-batches
  engine: matcho
  link: [{ reference: Client/portal }]
  matcho: { operation: { id: FhirTransaction } }
`,
)
const body = join(folder, 'batch.json')
writeFileSync(
  body,
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ request: { method: 'GET', url: 'Observation?patient=amy' } }, { request: { method: 'DELETE', url: 'Patient/amy' } }],
  }),
)

const explain = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'explain', ...args], {
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('a denial: who asks, what it is, the first condition that fails in each policy', () => {
  const { status, stdout } = explain('--user', 'amy', '--client', 'portal', 'GET', '/fhir/Observation?patient=ben', bundle)
  assert.equal(status, 0)
  assert.equal(
    stdout,
    `GET /fhir/Observation?patient=ben

  Who       user amy, through client portal
            roles: patient
            scopes: none
  Asks to   search Observation  (operation FhirSearch)

  Scopes    not asked: this client’s requests are decided by policies alone
  Policies  0 of 5 grant it
    no      as-nurse-read
            only for users with the role nurse; this user’s roles: patient
    no      as-portal-search
            uri is "/fhir/Observation", must match the pattern ^/portal/
    no      as-portal-send-batches
            operation.id is "FhirSearch", must be "FhirTransaction"
    no      as-patient-search-own
            params.patient is "ben", must equal user.fhirUser.id, which is "amy"
    no      as-somebody-of-a-practice
            the request must have required property 'jwt'

  So        DENIED with 403: no policy grants it
`,
  )
})

test('a grant within a filter: scopes, the patient in context, and what is reached', () => {
  const args = ['--user', 'amy', '--client', 'demo-app', '--scope', 'patient/Observation.rs?code=8867-4', '--patient', 'amy']
  const { status, stdout } = explain(...args, 'GET', '/fhir/Observation')
  assert.equal(status, 0)
  assert.equal(
    stdout,
    `GET /fhir/Observation

  Who       user amy, through client demo-app (smart-app)
            scopes: patient/Observation.rs?code=8867-4
            patient in context: amy
  Asks to   search Observation  (operation FhirSearch)

  Scopes    cover it: they let the client search Observation
  Policies  1 of 1 grants it
    grants  as-demo-app-use-fhir
            The app reaches the FHIR API; its scopes and the patient in context bound what it sees there.

  So        ALLOWED by as-demo-app-use-fhir
  Reaches   Observation in the record of Patient/amy and with code 8867-4
`,
  )
  const uncovered = explain(...args, 'GET', '/fhir/Condition')
  assert.match(uncovered.stdout, /Scopes {4}do not cover it: none lets the client search Condition/)
  assert.match(uncovered.stdout, /So {8}DENIED with 403: no scope covers it/)
})

test('a Bundle from a file: its own decision, then that of each entry', () => {
  const { stdout } = explain('--user', 'amy', '--client', 'portal', '--body', body, 'POST', '/fhir', bundle)
  const heads = stdout.split('\n').filter((line) => /^[A-Z]+ \//.test(line))
  assert.deepEqual(heads, ['POST /fhir', 'GET /fhir/Observation?patient=amy', 'DELETE /fhir/Patient/amy'])
  assert.deepEqual(stdout.match(/ALLOWED by .*|DENIED with .*/g), [
    'ALLOWED by as-portal-send-batches',
    'ALLOWED by as-patient-search-own',
    'DENIED with 403: no policy grants it',
  ])
})

test('nobody, what is open, what is refused before policies, who does not exist', () => {
  assert.match(explain('GET', '/fhir/Patient', bundle).stdout, /DENIED with 401: no policy grants it, and nobody has signed in/)
  assert.match(explain('GET', '/fhir/metadata', bundle).stdout, /Open to everybody: no policy is asked\./)
  assert.match(
    explain('GET', '/fhir/Nope', bundle).stdout,
    /Refused with 404 before any policy is asked: there is nothing of this name here/,
  )
  for (const [args, message] of [
    [['--user', 'nobody', 'GET', '/fhir/Patient', bundle], /there is no User\/nobody/],
    [['--user', 'off', 'GET', '/fhir/Patient', bundle], /User\/off is not active/],
    [['--patient', 'amy', 'GET', '/fhir/Patient', bundle], /those of a client: name one/],
    [['GET', '/fhir/Patient', join(folder, 'none.yaml')], /there is no such file/],
    [['GET'], /explain needs a method and a path/],
    [['TRACE', '/fhir/Patient', bundle], /a request has a method/],
    [['--format', 'tap', 'GET', '/fhir/Patient', bundle], /--format is an option of test/],
  ] as const) {
    const { status, stderr } = explain(...args)
    assert.equal(status, 1)
    assert.match(stderr, message)
    assert.doesNotMatch(stderr, /\n\s+at /)
  }
})
