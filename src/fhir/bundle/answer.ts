// The answer to a Bundle (R4 http.html#transaction-response), put together of the entries' own answers, whose texts stay as they are.
import type { FhirResponse } from '../request.ts'

const entryText = ({ status, headers, body }: FhirResponse): string => {
  const text = typeof body === 'string' && body !== '' ? body : undefined
  const response = [`"status":"${status}"`]
  if (headers.location !== undefined) response.push(`"location":${JSON.stringify(headers.location)}`)
  if (headers.etag !== undefined) response.push(`"etag":${JSON.stringify(headers.etag)}`)
  const modified = headers['last-modified']
  if (modified !== undefined) response.push(`"lastModified":"${new Date(modified).toISOString()}"`)
  if (text !== undefined && status >= 400) response.push(`"outcome":${text}`)
  return `{${text === undefined ? '' : `"resource":${text},`}"response":{${response.join(',')}}}`
}

/** The text of the Bundle. */
export const bundleAnswer = (type: 'batch-response' | 'transaction-response', answers: readonly FhirResponse[]): string => {
  const entry = answers.length === 0 ? '' : `,"entry":[${answers.map(entryText).join(',')}]`
  return `{"resourceType":"Bundle","type":"${type}"${entry}}`
}
