// Which scopes are granted at all (O-22; aidbox-behaviour §2.1, §2.6, §5.4), with the queries compiled as the server compiles them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'
import { criterionOf } from '../../src/fhir/search/parse.ts'
import { formatParameters } from '../../src/http/parameters.ts'
import type { Client } from '../../src/oauth/types/client.ts'
import { grantable } from '../../src/smart/allowed.ts'
import { scopeRows } from '../../src/smart/criteria.ts'
import { type CompileQuery, readScope, rememberingReader } from '../../src/smart/scope-reader.ts'
import type { Scope } from '../../src/smart/types/scope.ts'

const definitions = loadDefinitions()
const BASE = 'https://box.example/fhir'
const compile: CompileQuery = (type, query, permitted) => criterionOf(definitions, type, formatParameters(query.entries), BASE, permitted)
const read = (text: string) => readScope(text, definitions, compile)
const readAll = rememberingReader(definitions, compile)
const scopeOf = (id: string, scope: string): [string, Scope] => [id, { resourceType: 'Scope', id, scope, title: scope }]
const grant = (asked: string, client: Partial<Client> = {}, resources: ReadonlyArray<[string, Scope]> = []) =>
  grantable({ resourceType: 'Client', id: 'app', ...client }, asked.split(' '), new Map(resources), read)

test('O-22: what does not parse, or names no FHIR type, is dropped without a word', () => {
  const { scope, refused } = grant('patient/Observation.dr foo patient/Client.rs user/Foo.read patient/Observation.rs openid')
  assert.deepEqual([scope, refused], [['patient/Observation.rs', 'openid'], []])
})

test('query parts on every permission, every search type and modifier', () => {
  for (const text of [
    ...['patient/Encounter.s?class=AMB', 'patient/Basic.cruds?code=http://x|y', 'patient/Observation.c?status=final,amended'],
    ...['patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory&status=final'],
    ...['user/Observation.rs?status:not=final', 'user/Observation.rs?code:text=heart', 'user/Observation.rs?date=ge2024-01-01'],
    ...['user/Observation.rs?value-quantity=gt5.4|http://unitsofmeasure.org|mg', 'user/Observation.rs?subject:missing=false'],
    ...['user/Observation.rs?code-value-quantity=8480-6$gt100', 'user/Patient.rs?identifier:of-type=http://x|MR|1'],
    ...['user/Patient.rs?name:exact=Amy', 'user/Patient.rs?family:contains=sha', 'user/Observation.rs?_id=a,b&_lastUpdated=ge2024'],
    ...['user/Observation.rs?_tag=x|y', 'user/Observation.rs?subject:Patient=p1', 'user/Patient.rs?general-practitioner:identifier=x|1'],
    ...[
      'user/Questionnaire.rs?url:below=http://x',
      'user/Observation.rds?subject:Patient.gender=female',
      'user/Observation.r?encounter.class=AMB',
    ],
  ]) {
    assert.deepEqual(grant(text), { scope: [text], refused: [] }, text)
  }
})

test('a query without a meaning is refused, not dropped: it becomes invalid_scope', () => {
  for (const text of [
    ...['patient/Observation.rs?nonsense=1', 'patient/Observation.rs?_include=Observation:subject', 'patient/Observation.rs?_count=5'],
    ...['patient/Observation.rs?_sort=date', 'patient/Observation.rs?date=tomorrow', 'patient/Observation.rs?status:missing=maybe'],
    ...[
      'patient/Observation.rs?_has:Provenance:target:_id=1',
      'patient/Observation.rs?subject.name:wild=x',
      'patient/Observation.rs?status=',
    ],
    ...['patient/Observation.rs?code:in=http://vs', 'patient/Observation.rs?_text=x', 'patient/Observation.rs?_filter=x'],
    // Aidbox refuses the whole token for these (aidbox-behaviour §5.4).
    ...['system/Observation.rs?status=final', 'patient/*.rs?status=final', 'patient/Observation.read?status=final'],
    // A submitted state is judged without other resources, so a chain cannot bound a write.
    ...['user/Observation.cruds?subject.gender=female', 'user/Observation.u?encounter.class=AMB'],
  ]) {
    assert.deepEqual(grant(`openid ${text}`), { scope: ['openid'], refused: [text] }, text)
  }
})

test('Client.scope and allowed-scopes limit; a Scope resource makes its own scope known, never one that SMART refuses', () => {
  assert.deepEqual(grant('openid patient/*.read', { scope: ['openid', 'patient/Goal.rs'] }).scope, ['openid', 'patient/Goal.read'])
  assert.deepEqual(grant('patient/*.rs', { scope: ['user/*.rs'] }), { scope: [], refused: [] })
  const allowed = {
    'allowed-scopes': [{ reference: 'Scope/labs' }, { id: 'graph', resourceType: 'Scope' as const }, { reference: 'Scope/gone' }],
  }
  const labs = 'patient/Observation.rs?category=laboratory'
  const resources = [scopeOf('labs', labs), scopeOf('graph', 'aidbox_graphql'), scopeOf('bad', 'patient/Observation.dr')]
  assert.deepEqual(grant('patient/Observation.rs aidbox_graphql openid', allowed, resources).scope, [labs, 'aidbox_graphql'])
  assert.deepEqual(grant('patient/Observation.dr aidbox_graphql', {}, resources).scope, ['aidbox_graphql'])
  assert.deepEqual(grant('openid', { 'allowed-scopes': [{ reference: 'Scope/gone' }] }, resources).scope, [])
})

test('S-05: a chain in a scope leads only to what the token may search by its other scopes', () => {
  const practitioner = { fhirUser: { type: 'Practitioner', id: 'd1' } }
  const chained = 'user/Observation.rs?subject:Patient.gender=female'
  const rows = (scope: readonly string[], context = {}) =>
    scopeRows({ scope, context, user: practitioner, definitions, base: BASE, read: readAll }).rows('Observation', 's')
  const female = { kind: 'token', param: 'Patient.gender', code: 'female' }
  const chain = (where: object) => ({ kind: 'chain', param: 'Observation.subject', type: 'Patient', where })
  assert.deepEqual(rows([chained]), chain({ kind: 'or', of: [] }))
  assert.deepEqual(rows([chained, 'user/Patient.rs']), chain(female))
  const within = { kind: 'and', of: [{ kind: 'compartment', patients: ['p1'] }, female] }
  assert.deepEqual(rows([chained, 'patient/Patient.s'], { patient: 'p1' }), chain(within))
})

test('S-17: a scope that cannot be enforced grants nothing, also where a token carries it', () => {
  const rows = scopeRows({
    scope: ['user/Observation.rs?nonsense=1', 'user/Client.rs', 'patient/Condition.dr'],
    context: { patient: 'p1' },
    user: { fhirUser: { type: 'Practitioner', id: 'd1' } },
    definitions,
    base: BASE,
    read: readAll,
  })
  for (const type of ['Observation', 'Client', 'Condition']) assert.equal(rows.covers(type, 'r'), false, type)
})

test('the remembering reader compiles a list of scopes once, forgets the oldest, and keeps none that is long', () => {
  let compiled = 0
  const reader = rememberingReader(definitions, (...of) => {
    compiled += 1
    return compile(...of)
  })
  const list = (code: string) => ['openid', `user/Observation.rs?code=${code}`, 'user/Observation.rs?bad=0']
  const first = reader(list('0'))
  assert.deepEqual(
    first.map(({ text }) => text),
    ['user/Observation.rs?code=0'],
  )
  assert.equal(reader(list('0')), first)
  assert.equal(compiled, 2)
  for (let at = 1; at <= 512; at++) reader(list(`${at}`))
  const before = compiled
  assert.notEqual(reader(list('0')), first)
  assert.equal(compiled, before + 2)
  const long = list('9'.repeat(5000))
  assert.notEqual(reader(long), reader(long))
})
