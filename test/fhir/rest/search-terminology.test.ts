// Searches that ask terminology (R4 search.html#modifiers): :in, :not-in, :below and :above on tokens; what is not at hand is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Authorize } from '../../../src/fhir/access.ts'
import { ALL, NOTHING } from '../../../src/store/criterion.ts'
import { createServer, idsOf } from './server.ts'

const observation = (id: string, ...codes: readonly string[]) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  subject: { reference: 'Patient/p' },
  ...(codes.length > 0 && { code: { coding: codes.map((code) => ({ system: 'http://cs', code })) } }),
})

const server = async () => {
  const box = await createServer()
  await box.put(
    {
      resourceType: 'CodeSystem',
      id: 'cs',
      url: 'http://cs',
      status: 'active',
      content: 'complete',
      concept: [{ code: 'animal', concept: [{ code: 'cat', concept: [{ code: 'lion' }] }, { code: 'dog' }] }, { code: 'plant' }],
    },
    {
      resourceType: 'ValueSet',
      id: 'pets',
      url: 'http://vs/pets',
      status: 'active',
      compose: { include: [{ system: 'http://cs', concept: [{ code: 'cat' }, { code: 'dog' }] }] },
    },
    {
      resourceType: 'ValueSet',
      id: 'open',
      url: 'http://vs/open',
      status: 'active',
      compose: { include: [{ system: 'http://loinc.org' }] },
    },
    { resourceType: 'Patient', id: 'p', gender: 'male' },
    observation('cat', 'cat'),
    observation('lion', 'lion'),
    observation('plant', 'plant'),
    observation('both', 'plant', 'dog'),
    observation('none'),
    { ...observation('other'), code: { coding: [{ system: 'http://other', code: 'cat' }] } },
  )
  return box
}

test('in a value set, not in it, below and above a code', async () => {
  const { ask } = await server()
  const found: ReadonlyArray<readonly [string, readonly string[]]> = [
    ['/Observation?code:in=http://vs/pets', ['both', 'cat']],
    ['/Observation?code:not-in=http://vs/pets', ['lion', 'none', 'other', 'plant']],
    ['/Observation?code:below=http://cs|cat', ['cat', 'lion']],
    ['/Observation?code:below=http://cs|cat,http://cs|plant', ['both', 'cat', 'lion', 'plant']],
    ['/Observation?code:above=http://cs|lion', ['cat', 'lion']],
    ['/Observation?combo-code:in=http://vs/pets', ['both', 'cat']],
    ['/Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender', ['p']],
    ['/Patient?_has:Observation:subject:code:in=http://vs/pets', ['p']],
    ['/Observation?subject:Patient.gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender', []],
  ]
  for (const [path, expected] of found) {
    const answer = await ask('GET', path)
    assert.equal(answer.status, 200, `${path} ${answer.text}`)
    assert.deepEqual(
      idsOf(answer)
        .map((one) => one.replace(/^\w+\//, ''))
        .sort(),
      expected,
      path,
    )
  }
})

test('what is not at hand, or cannot be expanded whole, is refused, lenient or not', async () => {
  const { ask } = await server()
  for (const query of [
    'code:in=http://vs/none',
    'code:in=http://vs/open',
    'code:in=ValueSet/pets',
    'code:below=http://none|x',
    'code:below=http://cs|none',
    'code:below=cat',
    'date:in=http://vs/pets',
  ]) {
    const answer = await ask('GET', `/Observation?${query}`, { headers: { prefer: 'handling=lenient' } })
    assert.equal(answer.status, 400, query)
  }
})

test('a stored value set answers nobody who may not read it', async () => {
  const { ask } = await server()
  const as: Authorize = async () => ({ permit: true, rows: (type) => (type === 'ValueSet' ? NOTHING : ALL), confined: false })
  const hidden = await ask('GET', '/Observation?code:in=http://vs/pets', { as })
  const absent = await ask('GET', '/Observation?code:in=http://vs/none', { as })
  assert.deepEqual({ ...hidden }, { ...absent })
  assert.equal(hidden.status, 400)
})
