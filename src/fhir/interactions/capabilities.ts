// FHIR capabilities (R4 http.html#capabilities): public, and made once per base and generation of tables.
import type { FhirDependencies, Handler } from '../call.ts'
import { capabilityStatement, type Operation } from '../capabilities/statement.ts'
import { onlyParameters } from '../parameters.ts'
import type { Row } from '../routes.ts'

const MODE: ReadonlySet<string> = new Set(['mode'])

/** The handler for these interactions and operations. */
export const capabilitiesOf = (rows: () => ReadonlyArray<Row<unknown>>, operations: readonly Operation[]): Handler => {
  const texts = new WeakMap<FhirDependencies, Map<string, string>>()
  return async (call) => {
    const { deps, fhir } = call
    onlyParameters(call, MODE)
    const known = texts.get(deps) ?? new Map<string, string>()
    texts.set(deps, known)
    const text = known.get(fhir.base) ?? JSON.stringify(capabilityStatement({ deps, rows: rows(), operations, base: fhir.base }))
    known.set(fhir.base, text)
    return { status: 200, headers: { 'cache-control': 'public, max-age=60' }, body: text }
  }
}
