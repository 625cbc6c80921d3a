// The first page (issue 3, "What a new user does, and sees"): for whoever opens the link that the command prints, browser or not.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createBox } from '../../src/box.ts'

const box = await createBox({ bundles: ['bundles/demo'], baseUrl: 'http://localhost:8080', env: {} })
after(() => box.close())

test('GET / says what this is and lists what can be launched, whatever the request accepts; HEAD as GET', async () => {
  for (const accept of [undefined, '*/*', 'text/html', 'application/json']) {
    const init = accept === undefined ? {} : { headers: { accept } }
    const response = await box.request('/', init)
    assert.equal(response.status, 200, `accept: ${accept}`)
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
    const text = await response.text()
    assert.match(text, /SMART-on-FHIR server/)
    assert.match(text, /href="http:\/\/localhost:8080\/demo\/launch.html">Launch/)
  }
  const head = await box.request('/', { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
})
