// `emberbox test`: PolicyTests of a bundle, their failures at file:line:col, coverage, TAP and JUnit (issue 6, "Tested in the bundle").
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createBox, readBundles } from '../../src/box.ts'
import { junitReport, tapReport } from '../../src/cli/test-report.ts'
import { runPolicyTests } from '../../src/policy-tests.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-tests-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const POLICIES = `
- { resourceType: Client, id: app, grant_types: [basic], secret: app-secret }
- { resourceType: User, id: amy, email: amy@example.org, fhirUser: { reference: Patient/amy } }
- { resourceType: Role, id: amy-nurse, name: nurse, user: { reference: User/amy } }
- resourceType: AccessPolicy
  id: as-app-read-patients
  engine: matcho
  link: [{ reference: Client/app }]
  matcho: { request-method: get, params: { resource/type: Patient } }
- resourceType: AccessPolicy
  id: as-nurse-search
  engine: matcho
  roleName: nurse
  link: [{ reference: Operation/FhirSearch }]
  matcho: { params: { resource/type: Observation } }
- resourceType: AccessPolicy
  id: as-manager-by-token
  engine: matcho
  matcho: { jwt: { role: manager } }
- resourceType: AccessPolicy
  id: as-nobody-yet
  engine: matcho
  link: [{ reference: Client/app }]
  matcho: { request-method: put }
- resourceType: AccessPolicy
  id: as-amy-call-methods
  type: rpc
  engine: allow-rpc
  link: [{ reference: User/amy }]
  rpc: { a/b: true }
`

const TESTS = `
- { resourceType: PolicyTest, id: by-client, as: { client: app }, request: { method: GET, url: /fhir/Patient/x }, expect: allow, by: as-app-read-patients }
- { resourceType: PolicyTest, id: by-role, as: { user: amy@example.org }, request: { method: GET, url: /fhir/Observation }, expect: allow, by: as-nurse-search }
- { resourceType: PolicyTest, id: by-claims, as: { jwt: { role: manager } }, request: { method: GET, url: /fhir/Observation }, expect: allow }
- { resourceType: PolicyTest, id: nobody, request: { method: GET, url: /fhir/Patient/x }, expect: deny, reason: authentication }
- resourceType: PolicyTest
  id: form
  as: { client: app }
  request: { method: POST, url: /fhir/Observation/_search, headers: { content-type: application/x-www-form-urlencoded }, body: code=x }
  expect: deny
  reason: policy
`

const FAILING = `
- resourceType: PolicyTest
  id: wrongly-allowed
  as: { client: app }
  request: { method: DELETE, url: /fhir/Patient/x }
  expect: allow
- { resourceType: PolicyTest, id: wrongly-denied, as: { client: app }, request: { method: GET, url: /fhir/Patient/x }, expect: deny }
- { resourceType: PolicyTest, id: wrong-policy, as: { client: app }, request: { method: GET, url: /fhir/Patient/x }, expect: allow, by: as-nurse-search }
- { resourceType: PolicyTest, id: wrong-reason, as: { client: app }, request: { method: GET, url: /fhir/Condition }, expect: deny, reason: scope }
- { resourceType: PolicyTest, id: no-client, as: { client: none }, request: { method: GET, url: /fhir/Patient/x }, expect: deny }
- { resourceType: PolicyTest, id: no-route, as: { client: app }, request: { method: GET, url: /fhir/Nope }, expect: deny }
- { resourceType: PolicyTest, id: open, as: { client: app }, request: { method: GET, url: /fhir/metadata }, expect: allow }
- { resourceType: PolicyTest, id: escaped, description: "a < b & #c", as: { client: app }, request: { method: GET, url: /fhir/Condition }, expect: allow }
`
  .replace("id: '3-#-<&\"'", 'id: escaped')
  .replace('"a < b"', '"a < b & #c"')

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const policies = file('10-policies.yaml', POLICIES)
const passing = file('20-tests.yaml', TESTS)
const failing = file('30-failing.yaml', FAILING)

const run = async (...bundles: readonly string[]) => {
  const options = { bundles, baseUrl: 'http://localhost:8080', env: {} }
  const { entries, diagnostics } = await readBundles(options)
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  )
  const box = await createBox(options)
  return runPolicyTests(box, entries).finally(() => box.close())
}

test('what holds passes; coverage says which policies no test reaches or sees granting', async () => {
  const { results, coverage } = await run(policies, passing)
  assert.deepEqual(
    results.map(({ test: { id }, failure }) => [id, failure]),
    ['by-client', 'by-role', 'by-claims', 'nobody', 'form'].map((id) => [id, undefined]),
  )
  assert.deepEqual(
    coverage.map(({ id, asked, granted }) => [id, asked, granted]),
    [
      ['as-amy-call-methods', 0, 0],
      ['as-app-read-patients', 2, 1],
      ['as-manager-by-token', 5, 1],
      ['as-nobody-yet', 2, 0],
      ['as-nurse-search', 3, 1],
    ],
  )
})

test('what does not hold fails at its position, with what was expected and what is', async () => {
  const { results } = await run(policies, failing)
  assert.deepEqual(
    results.map(({ test: { id }, failure, position: { line, col } }) => [
      id,
      line,
      (FAILING.split('\n')[line - 1] ?? '').slice(col - 1),
      failure,
    ]),
    [
      ['wrongly-allowed', 6, 'allow', 'expected allow, but it is denied: no policy grants it'],
      ['wrongly-denied', 7, 'deny }', 'expected deny, but it is allowed by as-app-read-patients'],
      ['wrong-policy', 8, 'as-nurse-search }', 'expected a grant by as-nurse-search, but it is allowed by as-app-read-patients'],
      ['wrong-reason', 9, 'scope }', 'expected a denial by scope, but no policy grants it'],
      ['no-client', 10, '{ client: none }, request: { method: GET, url: /fhir/Patient/x }, expect: deny }', 'there is no Client/none'],
      ['no-route', 11, '{ method: GET, url: /fhir/Nope }, expect: deny }', 'the request is refused with 404 before any policy is asked'],
      ['open', 12, '{ method: GET, url: /fhir/metadata }, expect: allow }', 'no policy is asked: the path is open to everybody'],
      ['escaped', 13, 'allow }', 'expected allow, but it is denied: no policy grants it'],
    ],
  )
})

test('TAP 14: a failure has a diagnostic with its place and each policy’s reason; `#` begins no directive', async () => {
  const text = tapReport(await run(policies, failing))
  assert.match(text, /^TAP version 14\n1\.\.8\nnot ok 1 - wrongly-allowed\n {2}---\n/)
  assert.ok(text.includes(`\n  at: ${failing}:6:11\n`))
  assert.match(text, /as-app-read-patients: request-method is "delete", must be "get"/)
  assert.match(text, /^not ok 8 - escaped: a < b & \\#c$/m)
  assert.match(text, /^# 0 passed, 8 failed$/m)
  assert.match(text, /^# {6}5 {8}2 {2}as-app-read-patients$/m)
  assert.match(text, /^# never granting: as-manager-by-token, as-nobody-yet, as-nurse-search$/m)
  assert.match(text, /^# never reached: as-amy-call-methods$/m)
})

test('JUnit: one case for each test, failures with their message, everything escaped', async () => {
  const text = junitReport(await run(policies, passing, failing))
  assert.match(text, /<testsuite name="PolicyTest" tests="13" failures="8">/)
  assert.equal(text.match(/<testcase /g)?.length, 13)
  assert.equal(text.match(/<failure /g)?.length, 8)
  assert.match(text, /name="escaped: a &lt; b &amp; #c"/)
  assert.match(text, /<failure message="expected allow, but it is denied: no policy grants it">[^<]*30-failing\.yaml:6:11/)
  assert.match(text, /<system-out>[^<]*never reached: as-amy-call-methods/)
})

test('a PolicyTest is checked at load: what has no meaning, what is unknown, what is missing, each at its place', async () => {
  const text = `
- { resourceType: PolicyTest, id: a, request: { method: GET, url: /fhir/Patient }, expect: deny, by: as-x }
- { resourceType: PolicyTest, id: b, request: { method: GET, url: /fhir/Patient }, expect: allow, reason: scope }
- { resourceType: PolicyTest, id: c, request: { method: get, url: fhir/Patient }, expect: allow }
- { resourceType: PolicyTest, id: d, request: { method: GET, url: /fhir/Patient }, expekt: allow }
`
  const { diagnostics } = await readBundles({ bundles: [file('wrong.yaml', text)], baseUrl: 'http://localhost:8080', env: {} })
  assert.deepEqual(
    diagnostics.map(({ line, col, code }) => [line, (text.split('\n')[line - 1] ?? '').slice(col - 1).split(/[,: ]/)[0], code]),
    [
      [2, 'by', 'malformed'],
      [3, 'reason', 'malformed'],
      [4, 'get', 'unknown-value'],
      [4, 'fhir/Patient', 'malformed'],
      [5, '{', 'missing-key'],
      [5, 'expekt', 'unknown-key'],
    ],
  )
  assert.equal(diagnostics[0]?.message, 'PolicyTest.by has no meaning beside the other keys')
})

test('a box stores them, lists them over REST in both formats, and decides nothing by them', async () => {
  const box = await createBox({ bundles: [policies, passing], baseUrl: 'https://box.example', rootClientSecret: 'r', env: {} })
  const headers = { authorization: `Basic ${Buffer.from('root:r').toString('base64')}`, 'content-type': 'application/json' }
  const list = (await (await box.request('/fhir/PolicyTest', { headers })).json()) as { total: number }
  assert.equal(list.total, 5)
  const one = await box.request('/PolicyTest/by-client', { headers })
  assert.deepEqual(((await one.json()) as { request: unknown }).request, { method: 'GET', url: '/fhir/Patient/x' })
  const reference = { subject: { resourceType: 'Patient', id: 'x' }, other: { reference: 'Patient/x' } }
  const put = await box.request('/PolicyTest/new', {
    method: 'PUT',
    headers,
    body: JSON.stringify({
      resourceType: 'PolicyTest',
      id: 'new',
      request: { method: 'POST', url: '/fhir/X', body: reference },
      expect: 'deny',
    }),
  })
  assert.equal(put.status, 201)
  assert.deepEqual(((await put.json()) as { request: { body: unknown } }).request.body, reference, 'the body of a test is not rewritten')
  const wrong = await box.request('/PolicyTest/new', {
    method: 'PUT',
    headers,
    body: '{"resourceType":"PolicyTest","id":"new","expect":"deny"}',
  })
  assert.equal(wrong.status, 422)
  await box.close()
})

test('the command: the demo passes with every policy granting in a test; a failing bundle, an empty one and a broken one exit 1', () => {
  const command = (...args: readonly string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'test', ...args], {
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
    })
  const demo = command('bundles/demo')
  assert.equal(demo.status, 0)
  assert.match(demo.stdout, /^# \d+ passed, 0 failed$/m)
  assert.doesNotMatch(demo.stdout, /never/)
  assert.equal(command(policies, failing, '--format', 'junit').status, 1)
  const none = command(policies)
  assert.deepEqual([none.status, /there is no PolicyTest/.test(none.stderr)], [1, true])
  const broken = command(file('broken.yaml', '- { resourceType: PolicyTest, id: x }'))
  assert.equal(broken.status, 1)
  assert.match(broken.stderr, /broken\.yaml:1:3 error missing-key/)
})
