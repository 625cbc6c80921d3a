// Differential test of search (issue of the FHIR API; design "Authorization is in the plan"): random searches of every parameter type,
// modifier, chain and include find what a naive evaluator over fhirpath.js finds among the resources that the token may read.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'
import { type Pair, pairOf } from './derived.ts'
import { createDraw, type Draw } from './draw.ts'
import { type Library, search, targetsOf } from './naive/evaluate.ts'
import { groupOf, type Record4, recordsOf, SHARED } from './records.ts'
import { VARIETY } from './variety.ts'
import { openWorld, sharedKeys } from './world.ts'

const SEED = Number(process.env.LAWS_SEED ?? 20_261_125)
const SEARCHES = process.env.CI ? 6_000 : 1_500
const definitions = loadDefinitions()
const records = createDraw(SEED)
const all: readonly Record4[] = [
  ...SHARED,
  ...recordsOf(records, { id: 'p1', stranger: 'p10', many: 3 }),
  ...recordsOf(records, { id: 'p10', stranger: 'p1', many: 3 }),
  groupOf(['p1', 'p10']),
  ...VARIETY,
]
const world = await openWorld(all, await sharedKeys())
after(() => world.close())

const get = async (token: string, path: string): Promise<{ status: number; body: Bundle }> => {
  const response = await world.box.request(`/fhir/${path}`, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: (await response.json()) as Bundle }
}
interface Bundle {
  readonly entry?: ReadonlyArray<{ readonly resource: Record4; readonly search: { readonly mode: string } }>
}
const namesOf = ({ entry = [] }: Bundle, mode: string): string[] =>
  entry.flatMap(({ resource, search: { mode: own } }) => (own === mode ? [`${resource.resourceType}/${resource.id}`] : [])).sort()

/** What the token may read, one by one. */
const readable = async (token: string): Promise<readonly Record4[]> => {
  const found: Record4[] = []
  for (const resource of all) {
    if ((await get(token, `${resource.resourceType}/${resource.id}`)).status === 200) found.push(resource)
  }
  return found
}

const queryOf = (pairs: readonly Pair[]): string => new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString()

const pairsOf = (draw: Draw, library: Library, resource: Record4): Pair[] =>
  Array.from({ length: 1 + draw.below(2) }, () => pairOf(draw, library, resource)).filter((pair) => pair !== undefined)

const kindOf = (name: string, value: string): string => {
  if (name.startsWith('_has')) return '_has'
  if (name.includes('.')) return 'chain'
  return name.split(':')[1] ?? (/[^\\]\$/.test(value) ? 'composite' : 'plain')
}

const differential = async (token: string, seed: number): Promise<{ tried: number; found: number; kinds: Set<string> }> => {
  const library: Library = { definitions, resources: await readable(token) }
  const draw = createDraw(seed)
  let tried = 0
  let found = 0
  let costly = 0
  const kinds = new Set<string>()
  while (tried < SEARCHES) {
    const resource = draw.pick(library.resources)
    const pairs = pairsOf(draw, library, resource)
    if (pairs.length === 0) continue
    tried++
    const type = resource.resourceType
    const asked = `${type}?${queryOf(pairs)}&_count=1000`
    const { status, body } = await get(token, asked)
    // An unnamed hop to any type at all may have too many ways.
    if (status === 400 && JSON.stringify(body).includes('"too-costly"')) {
      costly++
      continue
    }
    assert.equal(status, 200, `${asked}: ${JSON.stringify(body)}`)
    const expected = search(library, type, pairs)
    assert.deepEqual(namesOf(body, 'match'), expected, `${type}?${pairs.map((pair) => pair.join('=')).join('&')}`)
    if (expected.length > 0) found++
    for (const [name, value] of pairs) kinds.add(kindOf(name, value))
  }
  assert.ok(costly < tried / 50, `${costly} of ${tried} searches were refused as too costly`)
  return { tried, found, kinds }
}

const KINDS = [
  '_has',
  'chain',
  'plain',
  'exact',
  'contains',
  'text',
  'not',
  'of-type',
  'missing',
  'below',
  'above',
  'identifier',
  'Patient',
]

test('searches without bounds find what the naive evaluator finds', async (t) => {
  const { tried, found, kinds } = await differential(await world.everything(), SEED)
  t.diagnostic(`${tried} searches, ${found} of them found something; kinds: ${[...kinds].sort().join(' ')}`)
  assert.ok(found > tried / 2, 'most searches find something')
  assert.deepEqual(
    KINDS.filter((kind) => !kinds.has(kind)),
    [],
  )
})

test("a patient's searches find what the naive evaluator finds among what the patient may read", async (t) => {
  const { tried, found } = await differential(await world.tokenFor('patient/*.rs'), SEED + 1)
  t.diagnostic(`${tried} searches, ${found} of them found something`)
  assert.ok(found > tried / 2, 'most searches find something')
})

/** Every resource that forward includes of these parameters reach, hop after hop where they iterate. */
const reached = (library: Library, start: readonly Record4[], code: string, iterate: boolean): Set<Record4> => {
  const found = new Set<Record4>()
  let frontier = start
  do {
    const next = frontier.flatMap((resource) => {
      const parameter = definitions.searchParameters(resource.resourceType).get(code)
      return parameter ? targetsOf(library, resource, parameter) : []
    })
    frontier = [...new Set(next)].filter((resource) => !found.has(resource) && !start.includes(resource))
    for (const resource of frontier) found.add(resource)
  } while (iterate && frontier.length > 0)
  return found
}

/** What a parameter's include and reverse include must bring, by the request that asks. */
const includesOf = (library: Library, type: string): ReadonlyArray<readonly [asked: string, expected: readonly Record4[]]> => {
  const ofType = (name: string) => library.resources.filter(({ resourceType }) => resourceType === name)
  const matches = ofType(type)
  const references = [...definitions.searchParameters(type).values()].filter((one) => one.type === 'reference' && one.expression !== '')
  return references.flatMap((parameter) => {
    const forward = [false, true].map((iterate) => {
      const asked = `${type}?_count=1000&_include${iterate ? ':iterate' : ''}=${type}:${parameter.code}`
      return [asked, [...reached(library, matches, parameter.code, iterate)].filter((one) => !matches.includes(one))] as const
    })
    const reverse = parameter.target.map((target) => {
      const found = ofType(target)
      const referring = matches.filter((one) => targetsOf(library, one, parameter).some((other) => found.includes(other)))
      return [`${target}?_count=1000&_revinclude=${type}:${parameter.code}`, referring.filter((one) => !found.includes(one))] as const
    })
    return [...forward, ...reverse]
  })
}

test('includes and reverse includes, iterated too, bring what the references say', async () => {
  for (const token of [await world.everything(), await world.tokenFor('patient/*.rs')]) {
    const library: Library = { definitions, resources: await readable(token) }
    const types = new Set(library.resources.map(({ resourceType }) => resourceType))
    for (const [asked, expected] of [...types].flatMap((type) => includesOf(library, type))) {
      const { status, body } = await get(token, asked)
      // A type that the patient may not search at all is refused.
      if (status === 403 && expected.length === 0) continue
      assert.equal(status, 200, asked)
      assert.deepEqual(namesOf(body, 'include'), expected.map(({ resourceType, id }) => `${resourceType}/${id}`).sort(), asked)
    }
  }
})
