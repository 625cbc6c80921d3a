// SMART's public documents, at the root and under every FHIR base.
import type { Endpoint, Provider } from '../oauth/provider.ts'
import { STYLE, smartConfiguration } from './smart-configuration.ts'

const document =
  (make: (provider: Provider) => unknown): Endpoint['handle'] =>
  async (_request, provider) =>
    new Response(JSON.stringify(make(provider)), { headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' } })

/** `fhirBases` are absolute URLs or paths. Mounted by box.ts. */
export const smartEndpoints = (fhirBases: readonly string[]): readonly Endpoint[] => {
  const paths = fhirBases.map((base) => new URL(base, 'http://localhost').pathname.replace(/\/$/, ''))
  return [...new Set(['', '/fhir', ...paths])].flatMap((path): Endpoint[] => [
    { method: 'GET', path: `${path}/.well-known/smart-configuration`, cors: true, handle: document(smartConfiguration) },
    { method: 'GET', path: `${path}/style-v1.json`, cors: true, handle: document(() => STYLE) },
  ])
}
