// Two worlds (security-requirements §4, I3, I4): with and without another patient's records, whatever one patient's app asks, it is
// answered the same to the byte. CI asks 50,000; LAWS_REQUESTS asks for more, LAWS_SEED for another run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDraw } from './draw.ts'
import { groupOf, recordsOf, SHARED } from './records.ts'
import { type Asked, requestOf } from './requests.ts'
import { BASE, openWorld, sharedKeys, type World } from './world.ts'

const REQUESTS = Number(process.env.LAWS_REQUESTS ?? (process.env.CI ? 50_000 : 5_000))
const SEED = Number(process.env.LAWS_SEED ?? 20_261_125)
const PER_RECORDS = 5_000
const KEPT_LINKS = 20

const SCOPES = [
  'patient/*.cruds',
  'patient/*.rs',
  'patient/Observation.rs patient/Encounter.s patient/Patient.r',
  'patient/Observation.cruds?category=laboratory patient/Condition.rs patient/Provenance.rs patient/Patient.rs',
  'patient/Observation.rs?encounter.class=AMB patient/Encounter.rs',
  'user/*.cruds',
  'patient/*.read',
]

interface Answered {
  readonly status: number
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: string
}

const ask = async ({ box }: World, token: string, { method, path, headers = {}, body }: Asked): Promise<Answered> => {
  const init = { method, headers: { ...headers, authorization: `Bearer ${token}` }, ...(body !== undefined && { body }) }
  const response = await box.request(`/fhir${path === '' || path.startsWith('?') ? '' : '/'}${path}`, init)
  return { status: response.status, headers: [...response.headers].sort(), body: await response.text() }
}

const nextLinks = (body: string): readonly string[] =>
  [...body.matchAll(/"relation":"next","url":"([^"]+)"/g)].map(([, url = '']) => url.slice(`${BASE}/fhir/`.length))

const alike = (one: Answered, other: Answered): boolean =>
  one.status === other.status && one.body === other.body && JSON.stringify(one.headers) === JSON.stringify(other.headers)

/** What both say from where they part. */
const difference = (one: Answered, other: Answered | undefined): string => {
  const texts = [one, other].map((answer) => `${answer?.status} ${JSON.stringify(answer?.headers)}\n${answer?.body}`)
  const [first = '', second = ''] = texts
  let at = 0
  while (at < first.length && first[at] === second[at]) at++
  return texts.map((text, world) => `${world === 0 ? 'without' : 'with   '}: …${text.slice(Math.max(0, at - 80), at + 200)}`).join('\n')
}

/**
 * One pair of worlds. The others' records come last: a reference to what is not there yet gives that its place in the order of
 * arrival, which decides between equals in a sorted answer. Counts the statuses met.
 */
const compare = async (seed: number, requests: number, met: Map<number, number>): Promise<void> => {
  const draw = createDraw(seed)
  const own = recordsOf(draw, { id: 'p1', stranger: 'p10', many: 5 })
  const others = [...recordsOf(draw, { id: 'p10', stranger: 'p1', many: 5 }), groupOf(['p1', 'p10'])]
  const keys = await sharedKeys()
  const worlds = [await openWorld([...SHARED, ...own], keys), await openWorld([...SHARED, ...own, ...others], keys)] as const
  try {
    const tokens: string[][] = []
    for (const [at, scope] of SCOPES.entries()) {
      const pair: string[] = []
      for (const world of worlds) {
        world.turn(at)
        pair.push(await world.tokenFor(scope))
      }
      assert.equal(pair[0], pair[1], 'the worlds are equal before the first request')
      tokens.push(pair)
    }
    const links: string[][] = SCOPES.map(() => [])
    for (let number = 0; number < requests; number++) {
      const at = draw.below(SCOPES.length)
      const [token = ''] = tokens[at] ?? []
      const asked = requestOf(draw, links[at] ?? [])
      const answers: Answered[] = []
      for (const world of worlds) {
        world.turn(1_000 + number)
        answers.push(await ask(world, token, asked))
      }
      const [without, withOthers] = answers
      assert.ok(without)
      const what = `seed ${seed}, request ${number}, scope "${SCOPES[at]}": ${asked.method} ${asked.path} ${asked.body ?? ''}`
      assert.ok(withOthers && alike(without, withOthers), `${what}\n${difference(without, withOthers)}`)
      assert.ok(without.status < 500, `${what} → ${without.status}`)
      met.set(without.status, (met.get(without.status) ?? 0) + 1)
      const kept = links[at] ?? []
      kept.push(...nextLinks(without.body))
      kept.splice(0, kept.length - KEPT_LINKS)
    }
  } finally {
    for (const world of worlds) await world.close()
  }
}

test(`two worlds: ${REQUESTS} random requests of one patient's app are answered alike with and without another patient's records`, async (t) => {
  const met = new Map<number, number>()
  for (let done = 0, seed = SEED; done < REQUESTS; done += PER_RECORDS, seed++) {
    await compare(seed, Math.min(PER_RECORDS, REQUESTS - done), met)
  }
  t.diagnostic(`statuses: ${[...met].map(([status, count]) => `${status}×${count}`).join(' ')}`)
  // The run is of use only where most of it was answered with something.
  assert.ok((met.get(200) ?? 0) > REQUESTS / 3, 'a third of the requests are answered 200')
  assert.ok((met.get(404) ?? 0) > REQUESTS / 100 && (met.get(403) ?? 0) > REQUESTS / 100, 'refusals are met too')
})
