// Metamorphic laws of the whole server (security-requirements §4.3): how answers to different requests hang together.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createDraw, type Draw } from './draw.ts'
import { filtersOf, idOf, TYPES } from './queries.ts'
import { groupOf, recordsOf, SHARED } from './records.ts'
import { BASE, openWorld, sharedKeys } from './world.ts'

const SEED = Number(process.env.LAWS_SEED ?? 20_261_125)
const ROUNDS = process.env.CI ? 600 : 150
/** From the narrowest to the widest of the same context. */
const SCOPES = ['patient/Observation.rs?category=laboratory', 'patient/Observation.rs patient/Encounter.rs', 'patient/*.rs'] as const

const records = createDraw(SEED)
const world = await openWorld(
  [
    ...SHARED,
    ...recordsOf(records, { id: 'p1', stranger: 'p10', many: 5 }),
    ...recordsOf(records, { id: 'p10', stranger: 'p1', many: 5 }),
    groupOf(['p1', 'p10']),
  ],
  await sharedKeys(),
)
after(() => world.close())
const patientTokens: string[] = []
for (const scope of SCOPES) patientTokens.push(await world.tokenFor(scope))
const tokens = [...patientTokens, await world.everything()]
const [narrow = '', middle = '', wide = '', everything = ''] = tokens

interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: Headers
}
interface Entry {
  readonly resource?: { readonly resourceType: string; readonly id: string; readonly meta?: { readonly versionId: string } }
  readonly search?: { readonly mode: string }
  readonly response?: { readonly status: string }
}
interface Bundle {
  readonly total?: number
  readonly entry?: readonly Entry[]
  readonly link?: ReadonlyArray<{ readonly relation: string; readonly url: string }>
}

const ask = async (token: string, path: string, init: RequestInit = {}): Promise<Answer> => {
  const headers = { ...(init.headers as Record<string, string> | undefined), authorization: `Bearer ${token}` }
  const response = await world.box.request(path.startsWith('http') ? path.slice(BASE.length) : `/fhir/${path}`, { ...init, headers })
  return { status: response.status, text: await response.text(), headers: response.headers }
}
const bundleOf = ({ text }: Answer): Bundle => JSON.parse(text)
const nameOf = ({ resource }: Entry): string => `${resource?.resourceType}/${resource?.id}`
const namesOf = (bundle: Bundle, mode: 'match' | 'include' = 'match'): string[] =>
  (bundle.entry ?? []).filter(({ search }) => search?.mode === mode).map(nameOf)
const escaped = (query: string): string => query.replace(/[ |$]/g, (one) => encodeURIComponent(one))

interface Case {
  readonly token: string
  readonly type: string
  readonly query: string
  readonly draw: Draw
}

/** Runs a law over random searches; fails where too few of them were answered with 200 for the law to mean something. */
const forSearches = (name: string, law: (input: Case) => Promise<boolean | undefined>): void => {
  test(name, async () => {
    const draw = createDraw(SEED + name.length)
    let held = 0
    for (let round = 0; round < ROUNDS; round++) {
      const type = draw.pick(TYPES)
      const input = { token: draw.pick(tokens), type, query: escaped(filtersOf(draw, type)), draw }
      try {
        if (await law(input)) held++
      } catch (error) {
        const at = `token ${tokens.indexOf(input.token)}, ${type}?${input.query}`
        throw error instanceof Error ? new Error(`${at}: ${error.message}`, { cause: error }) : error
      }
    }
    assert.ok(held > ROUNDS / 10, `the law was tried on ${held} of ${ROUNDS} searches`)
  })
}
const found = async ({ token, type, query }: Pick<Case, 'token' | 'type' | 'query'>): Promise<string[] | undefined> => {
  const answer = await ask(token, `${type}?${query}`)
  return answer.status === 200 ? namesOf(bundleOf(answer)).sort() : undefined
}

forSearches('search ⊆ read: what a search finds can be read, and is the same', async (input) => {
  const answer = await ask(input.token, `${input.type}?${input.query}`)
  if (answer.status !== 200) return undefined
  const { entry = [] } = bundleOf(answer)
  for (const one of entry.slice(0, 3)) {
    const read = await ask(input.token, nameOf(one))
    assert.equal(read.status, 200, nameOf(one))
    assert.deepEqual(JSON.parse(read.text), one.resource)
  }
  return entry.length > 0
})

forSearches('read ⊆ search: what can be read is found by its id', async ({ token, type, draw }) => {
  const id = idOf(draw, type)
  const read = await ask(token, `${type}/${id}`)
  const names = await found({ token, type, query: `_id=${id}` })
  if (read.status !== 200) assert.ok(names === undefined || names.length === 0, `${type}/${id} is found, but not read`)
  else assert.deepEqual(names, [`${type}/${id}`])
  return read.status === 200
})

forSearches('POST _search ≡ GET', async ({ token, type, query }) => {
  const get = await ask(token, `${type}?${query}`)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const post = await ask(token, `${type}/_search`, { method: 'POST', headers, body: query })
  assert.equal(post.status, get.status)
  assert.equal(post.text, get.text)
  return get.status === 200
})

forSearches('HEAD ≡ GET without its body', async ({ token, type, query }) => {
  const [get, head] = [await ask(token, `${type}?${query}`), await ask(token, `${type}?${query}`, { method: 'HEAD' })]
  const kept = ({ headers }: Answer) => [...headers].filter(([name]) => !['x-request-id', 'content-length'].includes(name))
  assert.equal(head.status, get.status)
  assert.equal(head.text, '')
  assert.deepEqual(kept(head), kept(get))
  return get.status === 200
})

forSearches('batch[r] ≡ r', async ({ token, type, query }) => {
  const alone = await ask(token, `${type}?${query}`)
  const body = JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: `${type}?${query}` } }] })
  const batch = await ask(token, '', { method: 'POST', headers: { 'content-type': 'application/fhir+json' }, body })
  if (batch.status !== 200) return undefined
  const [entry] = bundleOf(batch).entry ?? []
  assert.equal(entry?.response?.status.slice(0, 3), String(alone.status))
  if (alone.status === 200) assert.deepEqual(entry?.resource, JSON.parse(alone.text))
  return alone.status === 200
})

forSearches('the union of pages is the whole, without repetition', async ({ token, type, query, draw }) => {
  const whole = await found({ token, type, query })
  if (!whole) return undefined
  const sort = draw.pick(['', '&_sort=_id', '&_sort=-_lastUpdated'])
  const paged: string[] = []
  let next: string | undefined = `${type}?${query}&_count=2${sort}`
  while (next !== undefined) {
    const page: Bundle = bundleOf(await ask(token, next))
    paged.push(...namesOf(page))
    next = page.link?.find(({ relation }) => relation === 'next')?.url
    assert.ok(paged.length <= whole.length, 'pages hold more than the whole')
  }
  assert.deepEqual(paged.sort(), whole)
  return whole.length > 2
})

forSearches('_summary=count and _total are the number of what is found', async ({ token, type, query }) => {
  const whole = await found({ token, type, query })
  if (!whole) return undefined
  assert.equal(bundleOf(await ask(token, `${type}?${query}&_summary=count`)).total, whole.length)
  assert.equal(bundleOf(await ask(token, `${type}?${query}&_count=0`)).total, whole.length)
  assert.equal(bundleOf(await ask(token, `${type}?${query}&_total=accurate&_count=1`)).total, whole.length)
  return whole.length > 0
})

forSearches('include ⊆ read: what is included can be read', async ({ token, type, query, draw }) => {
  const include = draw.pick(['_include=*', '_revinclude=*', '_include:iterate=*', `_include=${type}:*`])
  const answer = await ask(token, `${type}?${query}&${include}`)
  if (answer.status !== 200) return undefined
  const included = namesOf(bundleOf(answer), 'include')
  for (const name of included.slice(0, 5)) assert.equal((await ask(token, name)).status, 200, `${name} by ${include}`)
  return included.length > 0
})

forSearches('history ⊆ read: a history shows only what can be read', async ({ token, type }) => {
  const answer = await ask(token, `${type}/_history?_count=5`)
  if (answer.status !== 200) return undefined
  const { entry = [] } = bundleOf(answer)
  for (const one of entry) {
    assert.equal((await ask(token, nameOf(one))).status, 200, nameOf(one))
    const version = await ask(token, `${nameOf(one)}/_history/${one.resource?.meta?.versionId}`)
    assert.deepEqual(JSON.parse(version.text), one.resource)
  }
  return entry.length > 0
})

forSearches('another filter never adds to what is found', async ({ token, type, query, draw }) => {
  const more = escaped(filtersOf(draw, type))
  const [whole, part] = [await found({ token, type, query }), await found({ token, type, query: `${query}&${more}` })]
  if (!whole || !part) return undefined
  assert.deepEqual(
    part.filter((name) => !whole.includes(name)),
    [],
  )
  return whole.length > 0
})

forSearches('fewer scopes find no more than more scopes', async ({ query }) => {
  // A chain may be refused to the narrower token, which then finds nothing at all.
  const results: Array<readonly string[]> = []
  for (const token of [narrow, middle, wide, everything]) results.push((await found({ token, type: 'Observation', query })) ?? [])
  results.slice(1).forEach((wider, at) => {
    assert.deepEqual(
      results[at]?.filter((name) => !wider.includes(name)),
      [],
    )
  })
  return (results.at(-1)?.length ?? 0) > 0
})
