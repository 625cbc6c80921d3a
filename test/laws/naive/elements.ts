// What a search parameter finds in a resource, by npm's fhirpath and the published expression: nothing of our own extraction.
import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import type { SearchParameter } from '../../../src/fhir/definitions/definitions.ts'
import type { Record4 } from '../records.ts'

const known = new WeakMap<Record4, Map<string, readonly unknown[]>>()

/** `resolve()` needs a server, where the reference's text says the type as well; `as` is published for one element, and meant for each. */
const readable = (expression: string): string =>
  expression.replace(/resolve\(\) is (\w+)/g, "reference.startsWith('$1/')").replace(/([\w.]+) as (\w+)/g, '$1.ofType($2)')

/** Evaluates any FHIRPath over a resource or an element. */
export const evaluate = (focus: object, expression: string): readonly unknown[] =>
  fhirpath.evaluate(focus, readable(expression), { resource: focus }, r4, { async: false }) as unknown[]

/** The elements of the parameter in the resource, without repetition of work. */
export const elementsOf = (resource: Record4, { url, expression }: SearchParameter): readonly unknown[] => {
  const ofResource = known.get(resource) ?? new Map<string, readonly unknown[]>()
  known.set(resource, ofResource)
  const found = ofResource.get(url) ?? evaluate(resource, expression)
  ofResource.set(url, found)
  return found
}
