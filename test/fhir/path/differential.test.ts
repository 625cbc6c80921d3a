// Our compiled FHIRPath against fhirpath.js (FHIRPath 2.0, R4 fhirpath.html), over every expression and every resource.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { Element, items, PathError } from '../../../src/fhir/path/collection.ts'
import { compilePath } from '../../../src/fhir/path/compile.ts'
import { ExactNumber, parseJson } from '../../../src/http/json.ts'
import { EXPRESSIONS } from './expressions.ts'
import { RESOURCES } from './resources.ts'

const OPTIONS = { async: false, traceFn: () => undefined } as const

/** Where fhirpath.js and we differ, and why we keep ours. */
const DIFFERENCES: ReadonlyMap<string, string> = new Map([
  ["name.use ~ ('usual' | 'official')", 'equivalence is independent of the order (FHIRPath 2.0 §Equivalent)'],
  ['1.1 * 1.1', 'decimals are exact'],
  ['0.3 - 0.1', 'decimals are exact'],
  ['-multipleBirth', 'fhirpath.js refuses a sign before an element'],
  ['%`vs-x`', 'R4 fhirpath.html#variables'],
  ['%`ext-y`', 'R4 fhirpath.html#variables'],
])

const theirs = (resource: object, expression: string): string => {
  try {
    const found = fhirpath.evaluate(resource, expression, { resource, rootResource: resource, context: resource }, r4, OPTIONS)
    return JSON.stringify(found)
  } catch {
    return 'error'
  }
}

const ours = (resource: object, expression: string): string => {
  try {
    const found = compilePath(expression)(resource, { resource, rootResource: resource })
    const values: readonly unknown[] = items(found).map((item) => (item instanceof Element ? item.value : item))
    return JSON.stringify(values.flatMap((value) => (value instanceof ExactNumber ? Number(value) : (value ?? []))))
  } catch (error) {
    if (error instanceof PathError) return 'error'
    throw error
  }
}

test('every expression finds in every resource what fhirpath.js finds', () => {
  const wrong: string[] = []
  for (const expression of EXPRESSIONS) {
    for (const resource of RESOURCES) {
      const [a, b] = [ours(parseJson(JSON.stringify(resource)) as object, expression), theirs(resource, expression)]
      if (a !== b && !DIFFERENCES.has(expression)) wrong.push(`${resource.resourceType}: ${expression}: ${a} for ${b}`)
    }
  }
  assert.deepEqual(wrong, [])
})
