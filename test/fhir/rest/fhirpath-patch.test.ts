// FHIRPath Patch (R4 fhirpatch.html): five operations, choices, lists of primitives with what stands beside them, and which operation failed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer, type Json } from './server.ts'

const patient = {
  resourceType: 'Patient',
  id: 'p',
  name: [{ use: 'official', family: 'A', given: ['x', 'y'], _given: [{ id: 'gx' }, null] }, { use: 'usual' }],
  birthDate: '1970-01-01',
  _birthDate: { extension: [{ url: 'http://time', valueString: 'noon' }] },
  deceasedBoolean: true,
  extension: [
    { url: 'http://one', valueString: '1' },
    { url: 'http://two', valueString: '2' },
  ],
}

const operation = (type: string, path: string, more: Record<string, unknown> = {}) => ({
  name: 'operation',
  part: [
    { name: 'type', valueCode: type },
    { name: 'path', valueString: path },
    ...Object.entries(more).map(([name, value]) =>
      name.startsWith('value')
        ? { name: 'value', [name]: value }
        : { name, [typeof value === 'number' ? 'valueInteger' : 'valueString']: value },
    ),
  ],
})

const patchOf = async (...operations: object[]): Promise<{ status: number; json: Json }> => {
  const { ask, put } = await createServer()
  await put(patient)
  return ask('PATCH', '/Patient/p', { body: { resourceType: 'Parameters', parameter: operations } })
}

test('replace of a choice by another type is another member; ofType holds it to one (R4 fhirpatch.html, formats.html#choice)', async () => {
  const { json } = await patchOf(operation('replace', 'Patient.deceased', { valueDateTime: '2020' }))
  assert.deepEqual([json.deceasedDateTime, json.deceasedBoolean], ['2020', undefined])
  const same = await patchOf(operation('replace', 'Patient.deceased.ofType(boolean)', { valueBoolean: false }))
  assert.equal(same.json.deceasedBoolean, false)
  assert.equal((await patchOf(operation('replace', 'Patient.deceased.ofType(dateTime)', { valueDateTime: '2020' }))).status, 422)
})

test('add appends to what repeats, and never writes over what does not (R4 fhirpatch.html)', async () => {
  assert.equal((await patchOf(operation('add', 'Patient', { name: 'birthDate', valueDate: '2000' }))).status, 422)
  assert.equal((await patchOf(operation('add', 'Patient', { name: 'deceased', valueDateTime: '2000' }))).status, 422)
  assert.equal((await patchOf(operation('add', 'Patient', { name: 'gender', valueCode: 'male' }))).json.gender, 'male')
  assert.equal((await patchOf(operation('add', 'Patient', { name: 'name', valueHumanName: { family: 'N' } }))).json.name.length, 3)
})

test('what stands beside a primitive goes with it: delete, insert, move (R4 json.html#primitive)', async () => {
  const gone = (await patchOf(operation('delete', 'Patient.birthDate'))).json
  assert.deepEqual([gone.birthDate, gone._birthDate], [undefined, undefined])
  const first = (await patchOf(operation('delete', 'Patient.name[0].given[0]'))).json.name[0]
  assert.deepEqual([first.given, first._given], [['y'], undefined])
  const second = (await patchOf(operation('delete', 'Patient.name[0].given[1]'))).json.name[0]
  assert.deepEqual([second.given, second._given], [['x'], [{ id: 'gx' }]])
  const inserted = (await patchOf(operation('insert', 'Patient.name[0].given', { index: 0, valueString: 'w' }))).json.name[0]
  assert.deepEqual(
    [inserted.given, inserted._given],
    [
      ['w', 'x', 'y'],
      [null, { id: 'gx' }, null],
    ],
  )
  const moved = (await patchOf(operation('move', 'Patient.name[0].given', { source: 0, destination: 1 }))).json.name[0]
  assert.deepEqual(
    [moved.given, moved._given],
    [
      ['y', 'x'],
      [null, { id: 'gx' }],
    ],
  )
})

test('extension(url) names one of several', async () => {
  const { json } = await patchOf(operation('delete', "Patient.extension('http://one')"))
  assert.deepEqual(json.extension, [{ url: 'http://two', valueString: '2' }])
})

test('a patch that fails says which of its operations it is, and changes nothing', async () => {
  const { ask, put } = await createServer()
  await put(patient)
  const fine = operation('delete', 'Patient.birthDate')
  const body = { resourceType: 'Parameters', parameter: [fine, operation('replace', 'Patient.gender', { valueCode: 'male' })] }
  const refused = await ask('PATCH', '/Patient/p', { body })
  assert.deepEqual([refused.status, refused.json.issue[0].expression], [422, ['Parameters.parameter[1]']])
  const list = [
    { op: 'remove', path: '/birthDate' },
    { op: 'remove', path: '/gender' },
  ]
  const second = await ask('PATCH', '/Patient/p', { body: list })
  assert.deepEqual([second.status, second.json.issue[0].diagnostics], [422, 'operation 1: a path of the patch leads nowhere'])
  assert.equal((await ask('GET', '/Patient/p')).json.meta.versionId, '1')
})
