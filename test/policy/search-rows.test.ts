// P-14: what a search policy lets through in SQL is what its words say of each row, told by an interpreter over the resources themselves;
// on search, on read, and on the way in. P-17: no request sees half a set of policies.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { createBox } from '../../src/box.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-search-rows-'))
after(() => rmSync(folder, { recursive: true, force: true }))

interface Row {
  readonly resourceType: 'Patient'
  readonly id: string
  readonly active?: boolean
  readonly gender?: string
  readonly birthDate?: string
  readonly name?: ReadonlyArray<{ readonly family: string }>
  readonly generalPractitioner?: ReadonlyArray<{ readonly reference: string }>
}

/** Every combination of some, by turns. */
const ROWS: readonly Row[] = Array.from(
  { length: 36 },
  (_, at): Row => ({
    resourceType: 'Patient',
    id: `p${at}`,
    ...(at % 3 !== 0 && { active: at % 3 === 1 }),
    ...(at % 4 !== 0 && { gender: at % 4 === 1 ? 'male' : 'female' }),
    ...(at % 5 !== 0 && { birthDate: `19${50 + at}-0${1 + (at % 9)}-01` }),
    name: [{ family: at % 2 === 0 ? 'Ember' : 'Emberly' }],
    ...(at % 6 !== 0 && {
      generalPractitioner: [`d${at % 3}`, ...(at % 7 === 0 ? ['d9'] : [])].map((id) => ({ reference: `Practitioner/${id}` })),
    }),
  }),
)

const DETAILS = { gp: 'd1', both: ['d1', 'd9'], gender: 'female', since: '1970', id: 'p7', comma: 'd1,d2', none: '' }
const detail = (name: string): unknown => DETAILS[name as keyof typeof DETAILS]

/** A search parameter as it is written, and what it says of a row. */
interface Word {
  readonly text: string
  readonly holds: (row: Row) => boolean
}

const gps = ({ generalPractitioner = [] }: Row): readonly string[] => generalPractitioner.map(({ reference }) => reference)
const WORDS: readonly Word[] = [
  { text: 'active=true', holds: ({ active }) => active === true },
  { text: 'active:missing=true', holds: ({ active }) => active === undefined },
  { text: 'gender={{client.details.gender}}', holds: ({ gender }) => gender === detail('gender') },
  { text: 'gender:not={{client.details.gender}}', holds: ({ gender }) => gender !== detail('gender') },
  { text: 'birthdate=ge{{client.details.since}}', holds: ({ birthDate = '' }) => birthDate >= '1970' },
  { text: 'family=ember', holds: () => true },
  { text: 'family:exact=Ember', holds: ({ name = [] }) => name.some(({ family }) => family === 'Ember') },
  { text: '_id={{client.details.id}},p8', holds: ({ id }) => id === 'p7' || id === 'p8' },
  { text: 'general-practitioner=Practitioner/{{client.details.gp}}', holds: (row) => gps(row).includes('Practitioner/d1') },
  {
    text: 'general-practitioner=Practitioner/{{client.details.both}}',
    holds: (row) => gps(row).some((one) => one === 'Practitioner/d1' || one === 'Practitioner/d9'),
  },
  { text: 'general-practitioner=Practitioner/{{client.details.comma}}', holds: () => false },
]
/** A parameter that is missing makes its whole policy, or item of one, false. */
const MISSING: Word = { text: 'gender={{client.details.none}}', holds: () => false }

type Filter = { readonly search: ReadonlyArray<readonly Word[]> } | { readonly and: readonly Filter[] } | { readonly or: readonly Filter[] }

const holds = (filter: Filter, row: Row): boolean => {
  if ('and' in filter) return filter.and.every((one) => holds(one, row))
  if ('or' in filter) return filter.or.some((one) => holds(one, row))
  return filter.search.every((words) => words.every((word) => word.holds(row)))
}

const policyOf = (filter: Filter): object => {
  if ('and' in filter) return { engine: 'complex', and: filter.and.map(policyOf) }
  if ('or' in filter) return { engine: 'complex', or: filter.or.map(policyOf) }
  return {
    engine: 'search',
    search: filter.search.map((words) => ({ resourceType: 'Patient', query: words.map(({ text }) => text).join('&') })),
  }
}

const word = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...WORDS) }, { weight: 1, arbitrary: fc.constant(MISSING) })
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    {
      weight: 3,
      arbitrary: fc
        .array(fc.array(word, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 })
        .map((search): Filter => ({ search })),
    },
    { weight: 1, arbitrary: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((and): Filter => ({ and })) },
    { weight: 1, arbitrary: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((or): Filter => ({ or })) },
  ),
}))

const boxOf = async (name: string, ...more: readonly object[]) => {
  const file = join(folder, `${name}.json`)
  const client = { resourceType: 'Client', id: 'c', secret: 'c-secret', grant_types: ['basic'], details: DETAILS }
  const root = { resourceType: 'Client', id: 'root', secret: 'root-secret', grant_types: ['basic'] }
  const admin = { resourceType: 'AccessPolicy', id: 'admin', engine: 'allow', link: [{ reference: 'Client/root' }] }
  writeFileSync(file, JSON.stringify([client, root, admin, ...ROWS, ...more]))
  const box = await createBox({ bundles: [file], baseUrl: 'http://localhost:8080', data: ':memory:', references: 'off' })
  const ask = async (as: string, method: string, path: string, body?: object) => {
    const headers = { authorization: `Basic ${btoa(`${as}:${as}-secret`)}`, ...(body && { 'content-type': 'application/fhir+json' }) }
    const response = await box.request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
  }
  return { box, ask }
}

type Entry = { readonly resource: { readonly id: string } }

test('P-14: the rows that a policy’s searches let through are those of which its words hold', async (t) => {
  const { box, ask } = await boxOf('rows')
  let [shown, all] = [0, 0]
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(filter, { minLength: 1, maxLength: 3 }), fc.nat(ROWS.length - 1), async (filters, some) => {
        for (const id of ['1', '2', '3']) {
          const one = filters[Number(id) - 1]
          const policy = { resourceType: 'AccessPolicy', id: `f${id}`, link: [{ reference: 'Client/c' }], ...(one && policyOf(one)) }
          const put = one ? await ask('root', 'PUT', `/AccessPolicy/f${id}`, policy) : await ask('root', 'DELETE', `/AccessPolicy/f${id}`)
          assert.ok(put.status < 300 || put.status === 404, JSON.stringify(put))
        }
        const expected = ROWS.filter((row) => filters.some((one) => holds(one, row)))
        const answer = await ask('c', 'GET', '/fhir/Patient?_count=100')
        const found = ((answer.body.entry ?? []) as readonly Entry[]).map(({ resource }) => resource.id)
        assert.deepEqual([...found].sort(), expected.map(({ id }) => id).sort(), JSON.stringify(filters.map(policyOf)))
        shown += expected.length
        all += ROWS.length
        if (answer.status === 403) return
        const row = ROWS[some]
        assert.equal((await ask('c', 'GET', `/fhir/Patient/p${some}`)).status, row && expected.includes(row) ? 200 : 404)
        const { id: _id, ...submitted } = row ?? ROWS[0] ?? {}
        const mine = filters.some((one) => row && holds(one, { ...row, id: 'new' }))
        const posted = await ask('c', 'POST', '/fhir/Patient', submitted)
        assert.equal(posted.status, mine ? 201 : 403, JSON.stringify({ filters: filters.map(policyOf), submitted }))
        if (posted.status === 201) assert.equal((await ask('root', 'DELETE', `/fhir/Patient/${posted.body.id}`)).status, 204)
      }),
      { numRuns: 60 },
    )
  } finally {
    await box.close()
  }
  t.diagnostic(`${shown} of ${all} rows were let through`)
  assert.ok(shown > all / 20 && shown < (all * 19) / 20)
})

test('P-17: while policies are replaced 300 times, every batch is decided by one set of them', async () => {
  const of = (id: string, patient: string) => ({
    resourceType: 'AccessPolicy',
    id,
    engine: 'matcho',
    link: [{ reference: 'Client/c' }],
    matcho: { uri: `/fhir/Patient/${patient}` },
  })
  const bundles = {
    resourceType: 'AccessPolicy',
    id: 'bundles',
    engine: 'matcho',
    link: [{ reference: 'Client/c' }],
    matcho: { operation: { id: 'FhirTransaction' } },
  }
  const { box, ask } = await boxOf('reload', bundles, of('a', 'p1'), of('b', 'p2'))
  const asBundle = (type: string, entry: readonly object[]) => ({ resourceType: 'Bundle', type, entry })
  const policySet = (...patients: readonly string[]) =>
    asBundle(
      'transaction',
      patients.map((patient, at) => ({
        resource: of(at === 0 ? 'a' : 'b', patient),
        request: { method: 'PUT', url: `AccessPolicy/${at === 0 ? 'a' : 'b'}` },
      })),
    )
  const reads = asBundle(
    'batch',
    ['p1', 'p2', 'p3', 'p4'].map((id) => ({ request: { method: 'GET', url: `Patient/${id}` } })),
  )
  let over = false
  const seen = new Set<string>()
  const hammer = async (): Promise<void> => {
    while (!over) {
      // The other requests have their turn too.
      await new Promise((resolve) => setImmediate(resolve))
      const { body } = await ask('c', 'POST', '/fhir', reads)
      const statuses = (body.entry as ReadonlyArray<{ readonly response: { readonly status: string } }>).map(({ response }) =>
        response.status.slice(0, 3),
      )
      seen.add(statuses.join(' '))
    }
  }
  try {
    const hammers = [hammer(), hammer()]
    for (let turn = 0; turn < 300; turn++) {
      const { status } = await ask('root', 'POST', '/', turn % 2 === 0 ? policySet('p3', 'p4') : policySet('p1', 'p2'))
      assert.equal(status, 200)
    }
    over = true
    await Promise.all(hammers)
  } finally {
    over = true
    await box.close()
  }
  assert.deepEqual([...seen].sort(), ['200 200 403 403', '403 403 200 200'])
})
