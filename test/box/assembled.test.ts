// A page that the store puts together is, byte for byte, the page that is put together here (security-requirements §4.3: batch[r] ≡ r, and
// pages ≡ unpaged): on the wire JSON of one type comes as bytes, in a batch the same search is text.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBox } from '../../src/box.ts'

const box = await createBox({ bundles: [], baseUrl: 'http://localhost:8080', rootClientSecret: 'r' })
const headers = { authorization: `Basic ${btoa('root:r')}`, 'content-type': 'application/fhir+json' }
const send = (path: string, init: RequestInit = {}) => box.request(path, { ...init, headers: { ...headers, ...init.headers } })
const batch = async (entry: readonly object[]) => {
  const answer = await send('/fhir', { method: 'POST', body: JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }) })
  return (await answer.json()).entry as ReadonlyArray<{ resource: object; response: { status: string } }>
}

const NUMBER = 23
const observation = (at: number) => ({
  resourceType: 'Observation',
  id: `o-${at}.x`,
  status: at % 2 ? 'final' : 'amended',
  code: { text: `Ünïcode — “${at}”\n\u2028 \\ "quoted"` },
  subject: { reference: 'Patient/p' },
  ...(at % 5 > 0 && { effectiveDateTime: `2024-01-${String((at % 9) + 1).padStart(2, '0')}` }),
  valueQuantity: { value: 1.5 },
})
await batch([
  { resource: { resourceType: 'Patient', id: 'p' }, request: { method: 'PUT', url: 'Patient/p' } },
  ...Array.from({ length: NUMBER }, (_, at) => ({
    resource: observation(at),
    request: { method: 'PUT', url: `Observation/o-${at}.x` },
  })),
])

const SEARCHES = [
  '',
  'patient=Patient/p',
  'patient=p&_sort=date',
  'patient=p&_sort=-date',
  'status=final&_sort=-date&_total=accurate',
  'date=ge2024-01-03&_sort=-date&patient=p',
  '_sort=_id',
  '_sort=-_lastUpdated',
  '_sort=status,-date',
  'status=cancelled',
  'patient=p&_include=Observation:patient',
  'patient=p&_elements=status',
  'patient=p&_summary=count',
]

for (const search of SEARCHES) {
  for (const count of [1, 7, NUMBER, 100]) {
    test(`batch[r] ≡ r, page by page: ${search || 'everything'}, ${count} a page`, async () => {
      let path: string | undefined = `Observation?${search}${search && '&'}_count=${count}`
      let seen = 0
      for (let page = 0; path !== undefined && page <= NUMBER; page++) {
        const alone = await send(`/fhir/${path}`)
        assert.equal(alone.status, 200)
        assert.match(alone.headers.get('content-type') ?? '', /^application\/fhir\+json/)
        const text = await alone.text()
        const bundle: { entry?: readonly object[]; link: ReadonlyArray<{ relation: string; url: string }> } = JSON.parse(text)
        const [within] = await batch([{ request: { method: 'GET', url: path } }])
        assert.equal(JSON.stringify(within?.resource), JSON.stringify(bundle))
        seen += (bundle.entry ?? []).filter((one) => !JSON.stringify(one).includes('"mode":"include"')).length
        path = bundle.link.find(({ relation }) => relation === 'next')?.url.replace('http://localhost:8080/fhir/', '')
      }
      assert.equal(path, undefined, 'the pages end')
      const total = search.includes('_total') ? '' : '&_total=accurate'
      const everything = await (await send(`/fhir/Observation?${search}${search && '&'}_count=1000${total}`)).json()
      assert.equal(seen, search.includes('_summary=count') ? 0 : everything.total)
    })
  }
}

test('HEAD, another Accept and YAML are answered as before', async () => {
  const head = await send('/fhir/Observation?_count=2', { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  const json = await send('/fhir/Observation?_count=2', { headers: { accept: 'application/json' } })
  assert.match(json.headers.get('content-type') ?? '', /^application\/json/)
  assert.equal((await json.json()).entry.length, 2)
  const yaml = await send('/fhir/Observation?_count=2', { headers: { accept: 'text/yaml' } })
  assert.match(await yaml.text(), /^resourceType: Bundle/)
  const aidbox = await (await send('/Observation?_count=2')).json()
  assert.equal(aidbox.entry[0].resource.subject.resourceType, 'Patient')
})
