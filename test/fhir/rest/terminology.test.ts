// ValueSet/$expand, $validate-code, CodeSystem/$lookup, $subsumes (R4 terminology-service.html): R4's own, stored ones, inline ones; the not known is said.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOTHING } from '../../../src/store/criterion.ts'
import { createServer, type Json, patientToken } from './server.ts'

const GENDER = 'http://hl7.org/fhir/ValueSet/administrative-gender'
const SYSTEM = 'http://hl7.org/fhir/administrative-gender'
const S = 'http://example.org/cs'

const colours = {
  resourceType: 'CodeSystem',
  id: 'colours',
  url: S,
  version: '2',
  name: 'Colours',
  status: 'active',
  content: 'complete',
  concept: [
    { code: 'red', display: 'Red', concept: [{ code: 'pink', display: 'Light red', property: [{ code: 'kind', valueCode: 'pale' }] }] },
    { code: 'blue' },
  ],
}
const reds = {
  resourceType: 'ValueSet',
  id: 'reds',
  url: 'http://example.org/reds',
  status: 'active',
  compose: { include: [{ system: S, filter: [{ property: 'concept', op: 'is-a', value: 'red' }] }] },
}
const snomed = {
  resourceType: 'ValueSet',
  url: 'http://example.org/sct',
  status: 'active',
  compose: { include: [{ system: 'http://snomed.info/sct' }] },
}

const codesIn = (json: Json): readonly string[] => (json.expansion.contains ?? []).map(({ code }: Json) => code)
const of = (json: Json, name: string): Json => json.parameter.find((one: Json) => one.name === name)
const parameters = (...parameter: object[]) => ({ body: { resourceType: 'Parameters', parameter } })

test('valueset-operation-expand: by url, filter, count and offset; the total counts all that match', async () => {
  const { ask } = await createServer()
  const all = await ask('GET', `/ValueSet/$expand?url=${GENDER}`)
  assert.equal(all.status, 200)
  assert.deepEqual(codesIn(all.json), ['male', 'female', 'other', 'unknown'])
  assert.equal(all.json.expansion.contains[0].display, 'Male')
  const filtered = (await ask('GET', `/ValueSet/$expand?url=${GENDER}&filter=MALE&count=1&offset=1`)).json
  assert.deepEqual([codesIn(filtered), filtered.expansion.total, filtered.expansion.offset], [['female'], 2, 1])
  assert.deepEqual(codesIn((await ask('GET', `/ValueSet/$expand?url=${GENDER}&count=0`)).json), [])
})

test('valueset-operation-expand: a stored one by instance and by url, an inline one; changes count at once', async () => {
  const { ask, put } = await createServer()
  await put(colours, reds)
  assert.deepEqual(codesIn((await ask('GET', '/ValueSet/reds/$expand')).json), ['red', 'pink'])
  assert.deepEqual(codesIn((await ask('GET', '/ValueSet/$expand?url=http://example.org/reds')).json), ['red', 'pink'])
  const inline = await ask('POST', '/ValueSet/$expand', parameters({ name: 'valueSet', resource: { ...reds, url: undefined } }))
  assert.deepEqual(codesIn(inline.json), ['red', 'pink'])
  await ask('PUT', '/CodeSystem/colours', {
    body: { ...colours, concept: [...colours.concept, { code: 'green' }, { code: 'red', concept: [{ code: 'crimson' }] }] },
  })
  assert.deepEqual(codesIn((await ask('GET', '/ValueSet/$expand?url=http://example.org/reds')).json), ['red', 'pink', 'crimson'])
  await ask('DELETE', '/ValueSet/reds')
  assert.equal((await ask('GET', '/ValueSet/$expand?url=http://example.org/reds')).status, 404)
})

test('what cannot be expanded whole is 422, what is not at hand 404, what is not asked well 400', async () => {
  const { ask } = await createServer()
  const open = await ask('POST', '/ValueSet/$expand', parameters({ name: 'valueSet', resource: snomed }))
  assert.equal(open.status, 422)
  assert.match(open.json.issue[0].diagnostics, /snomed.info\/sct is not at hand/)
  assert.equal((await ask('GET', '/ValueSet/$expand?url=http://nowhere')).status, 404)
  assert.equal((await ask('GET', '/ValueSet/none/$expand')).status, 404)
  const bad = ['', `?url=${GENDER}&count=-1`, `?url=${GENDER}&nosuch=1`, `?url=${GENDER}&url=x`]
  for (const query of bad) assert.equal((await ask('GET', `/ValueSet/$expand${query}`)).status, 400, query)
  for (const body of [{ resourceType: 'Patient' }, 1, { resourceType: 'Parameters', parameter: [{ name: 'url' }] }]) {
    assert.equal((await ask('POST', '/ValueSet/$expand', { body })).status, 400)
  }
})

test('valueset-operation-validate-code: code, coding and codeableConcept', async () => {
  const { ask, put } = await createServer()
  await put(colours, reds)
  const yes = (await ask('GET', `/ValueSet/$validate-code?url=${GENDER}&system=${SYSTEM}&code=male`)).json
  assert.deepEqual([of(yes, 'result').valueBoolean, of(yes, 'display').valueString], [true, 'Male'])
  const no = (await ask('GET', `/ValueSet/$validate-code?url=${GENDER}&system=${SYSTEM}&code=m`)).json
  assert.equal(of(no, 'result').valueBoolean, false)
  assert.match(of(no, 'message').valueString, /administrative-gender\|m is not in/)
  const hint = await ask(
    'POST',
    '/ValueSet/reds/$validate-code',
    parameters({ name: 'coding', valueCoding: { system: S, code: 'pink', display: 'Pink' } }),
  )
  assert.deepEqual([of(hint.json, 'result').valueBoolean, of(hint.json, 'message').valueString], [true, 'the display is "Light red"'])
  const codeableConcept = {
    coding: [
      { system: S, code: 'blue' },
      { system: S, code: 'red' },
    ],
  }
  const either = await ask(
    'POST',
    '/ValueSet/reds/$validate-code',
    parameters({ name: 'codeableConcept', valueCodeableConcept: codeableConcept }),
  )
  assert.equal(of(either.json, 'result').valueBoolean, true)
  assert.equal((await ask('GET', `/ValueSet/$validate-code?url=${GENDER}`)).status, 400)
})

test('never a wrong yes or no: a code of a system that is not at hand is 422', async () => {
  const { ask } = await createServer()
  const given = [
    { name: 'valueSet', resource: snomed },
    { name: 'coding', valueCoding: { system: 'http://snomed.info/sct', code: '1' } },
  ]
  assert.equal((await ask('POST', '/ValueSet/$validate-code', parameters(...given))).status, 422)
  const foreign = [
    { name: 'valueSet', resource: snomed },
    { name: 'coding', valueCoding: { system: 'http://loinc.org', code: '1' } },
  ]
  assert.equal(of((await ask('POST', '/ValueSet/$validate-code', parameters(...foreign))).json, 'result').valueBoolean, false)
  assert.equal((await ask('GET', '/CodeSystem/$validate-code?url=http://snomed.info/sct&code=1')).status, 404)
})

test('codesystem-operation-validate-code, -lookup and -subsumes', async () => {
  const { ask, put } = await createServer()
  await put(colours)
  assert.equal(of((await ask('GET', `/CodeSystem/$validate-code?url=${S}&code=red`)).json, 'result').valueBoolean, true)
  assert.equal(of((await ask('GET', '/CodeSystem/colours/$validate-code?code=none')).json, 'result').valueBoolean, false)
  const found = (await ask('GET', `/CodeSystem/$lookup?system=${S}&code=pink`)).json
  assert.deepEqual(
    [of(found, 'name').valueString, of(found, 'version').valueString, of(found, 'display').valueString],
    ['Colours', '2', 'Light red'],
  )
  const properties = found.parameter
    .filter(({ name }: Json) => name === 'property')
    .map(({ part }: Json) => [part[0].valueCode, part[1].valueCode ?? part[1].valueString])
  assert.deepEqual(properties, [
    ['parent', 'red'],
    ['kind', 'pale'],
  ])
  const one = (await ask('GET', `/CodeSystem/$lookup?system=${S}&code=pink&property=parent`)).json
  assert.equal(one.parameter.filter(({ name }: Json) => name === 'property').length, 1)
  assert.equal((await ask('GET', `/CodeSystem/$lookup?system=${S}&code=none`)).status, 404)
  const outcome = async (a: string, b: string) =>
    of((await ask('GET', `/CodeSystem/$subsumes?system=${S}&codeA=${a}&codeB=${b}`)).json, 'outcome').valueCode
  assert.deepEqual(
    [await outcome('red', 'pink'), await outcome('pink', 'red'), await outcome('red', 'red'), await outcome('red', 'blue')],
    ['subsumes', 'subsumed-by', 'equivalent', 'not-subsumed'],
  )
  assert.equal((await ask('GET', `/CodeSystem/$subsumes?system=${S}&codeA=red`)).status, 400)
})

test('an operation reads: no scope for the type is 403, and what its rows leave out is not at hand, not even by url', async () => {
  const { ask, put } = await createServer()
  await put(colours, reds)
  assert.equal((await ask('GET', '/ValueSet/reds/$expand', { as: patientToken('p1', 'rs', ['Patient']) })).status, 403)
  assert.equal((await ask('GET', '/ValueSet/reds/$expand', { as: patientToken('p1', 'rs', ['ValueSet']) })).status, 200)
  const blind = async () => ({ permit: true, rows: () => NOTHING, confined: false }) as const
  assert.equal((await ask('GET', '/ValueSet/reds/$expand', { as: blind })).status, 404)
  assert.equal((await ask('GET', '/ValueSet/$expand?url=http://example.org/reds', { as: blind })).status, 404)
  assert.equal((await ask('GET', `/CodeSystem/$lookup?system=${S}&code=red`, { as: blind })).status, 404)
})

test('R4 parameters.html: an item without a name or a value is refused at its place, whatever the operation', async () => {
  const { ask } = await createServer()
  const malformed: ReadonlyArray<readonly [item: unknown, at: number]> = [
    [3, 1],
    [{ valueUri: GENDER }, 1],
    [{ name: 'filter' }, 1],
    [{ name: 'filter', valueString: null }, 1],
  ]
  for (const path of ['/ValueSet/$expand', '/Observation/$lastn']) {
    for (const [item, at] of malformed) {
      const body = { resourceType: 'Parameters', parameter: [{ name: 'url', valueUri: GENDER }, item] }
      const { status, json } = await ask('POST', path, { body })
      assert.deepEqual([status, json.issue[0].expression], [400, [`Parameters.parameter[${at}]`]], `${path} ${JSON.stringify(item)}`)
    }
    const { status, json } = await ask('POST', path, { body: { resourceType: 'Parameters', parameter: 'none' } })
    assert.deepEqual([status, json.issue[0].expression], [400, ['Parameters.parameter']])
  }
})

test('R4 datatypes.html#integer: a number is read as it is written', async () => {
  const { ask } = await createServer()
  const expand = (count: unknown) =>
    ask('POST', '/ValueSet/$expand', parameters({ name: 'url', valueUri: GENDER }, { name: 'count', valueInteger: count }))
  assert.deepEqual(codesIn((await expand(2)).json), ['male', 'female'])
  assert.equal((await expand(-1)).status, 400)
})
