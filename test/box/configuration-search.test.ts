// The configuration over REST is searched like any resource (issue 3, "GET /Client?…"; parameters: aidbox-behaviour §2), at both bases.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'

const folder = mkdtempSync(join(tmpdir(), 'emberbox-configuration-search-'))
const bundle = join(folder, 'bundle.json')
const resources = [
  {
    resourceType: 'Client',
    id: 'growth_chart',
    name: 'Growth Chart',
    type: 'smart-app',
    grant_types: ['authorization_code'],
    secret: 'hush',
  },
  { resourceType: 'Client', id: 'backend', name: 'Backend', grant_types: ['client_credentials', 'basic'], secret: 'hush' },
  {
    resourceType: 'User',
    id: 'ann',
    userName: 'ann',
    email: 'ann@example.org',
    name: { givenName: 'Ann', familyName: 'Élan' },
    identifier: [{ system: 'https://idp', value: '7' }],
    fhirUser: { reference: 'Patient/p' },
  },
  { resourceType: 'User', id: 'bob', userName: 'bob', inactive: true },
  { resourceType: 'Role', id: 'r', name: 'nurse', user: { reference: 'User/bob' } },
  { resourceType: 'AccessPolicy', id: 'open', engine: 'allow', link: [{ reference: 'Client/growth_chart' }] },
  { resourceType: 'AccessPolicy', id: 'nurses', engine: 'matcho', matcho: { method: 'GET' }, roleName: 'nurse' },
  { resourceType: 'Patient', id: 'p' },
]
writeFileSync(bundle, JSON.stringify(resources))
const box = await createBox({ bundles: [bundle], baseUrl: 'http://localhost:8080', rootClientSecret: 'r', env: {} })
after(async () => {
  await box.close()
  rmSync(folder, { recursive: true, force: true })
})
const headers = { authorization: `Basic ${btoa('root:r')}` }
const found = async (path: string): Promise<unknown> => {
  const answer = await box.request(path, { headers })
  const body = await answer.json()
  return answer.status === 200 ? (body.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id).sort() : answer.status
}

test('each type by its parameters; what is unknown is 400', async () => {
  const searches: ReadonlyArray<readonly [string, unknown]> = [
    ['Client?name=growth', ['growth_chart']],
    ['Client?name:exact=Backend', ['backend']],
    ['Client?grant_types=basic', ['backend', 'root']],
    ['Client?type=smart-app&_id=growth_chart,backend', ['growth_chart']],
    ['Client?type:missing=true&_id=growth_chart,backend', ['backend']],
    ['User?email=ann@example.org', ['ann']],
    ['User?userName=bob', ['bob']],
    ['User?inactive=true', ['bob']],
    ['User?name=elan', ['ann']],
    ['User?identifier=https://idp|7', ['ann']],
    ['User?fhirUser=Patient/p', ['ann']],
    ['Role?user=bob', ['r']],
    ['Role?user=User/bob&name=nurse', ['r']],
    ['AccessPolicy?link=Client/growth_chart', ['open']],
    ['AccessPolicy?link=growth_chart', ['open']],
    ['AccessPolicy?link=User/growth_chart', []],
    ['AccessPolicy?roleName=nurse&engine=matcho', ['nurses']],
    ['Client?nonsense=1', 400],
    ['Client?secret=hush', 400],
    ['User?password:missing=false', 400],
  ]
  for (const [path, expected] of searches) {
    assert.deepEqual(await found(`/fhir/${path}`), expected, path)
    assert.deepEqual(await found(`/${path}`), expected, `/${path}`)
  }
})

test('sorted, counted, and without secrets', async () => {
  const answer = await box.request('/Client?_sort=-name&_total=accurate&_count=1&name:missing=false', { headers })
  const text = await answer.text()
  assert.equal(JSON.parse(text).entry[0].resource.id, 'growth_chart')
  assert.equal(JSON.parse(text).total, 2)
  assert.doesNotMatch(text, /secret/)
})
