// Requests as the seeds print them: a request line, headers, a body. What a document cannot print is put in by the test
// (issue 3, Done 1): `//` annotations are stripped, YAML indentation is restored in the text, credentials are added.
import type { Box } from '../../src/box.ts'

export const ROOT = { authorization: `Basic ${Buffer.from('root:root-secret').toString('base64')}` }

/** Takes annotations of a whole line out of JSON, and leaves strings such as `http://…` alone. */
const withoutAnnotations = (body: string): string =>
  body
    .split('\n')
    .filter((line) => !/^\s*\/\//.test(line))
    .join('\n')

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON. */
  json(): Record<string, unknown>
}

/** Sends a printed request; `added` are headers that the document leaves out. */
export const send = async (box: Box, printed: string, added: Record<string, string> = {}): Promise<Answer> => {
  const [head = '', ...rest] = printed.trim().split('\n\n')
  const [line = '', ...headerLines] = head.split('\n')
  const [method = '', path = ''] = line.split(' ')
  const headers = new Headers(added)
  for (const one of headerLines) {
    const colon = one.indexOf(':')
    headers.set(one.slice(0, colon), one.slice(colon + 1).trim())
  }
  const body = rest.join('\n\n')
  const response = await box.request(path, { method, headers, ...(body && { body: withoutAnnotations(body) }) })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) }
}
