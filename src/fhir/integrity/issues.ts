// What is said of references that lead nowhere, at their elements (aidbox-behaviour §1.3: Aidbox's words).
import { createBranches } from '../validation/branch.ts'
import { placeOf } from '../validation/expression.ts'
import { baseStructures } from '../validation/r4.ts'
import type { Issue } from '../validation/run.ts'
import { placesOf } from './literal.ts'

const branches = createBranches(baseStructures())

/** FHIRPath of a place in a resource, of which only the type need be known. */
export const expressionOf = (resource: { readonly [name: string]: unknown }, path: Issue['path']): string =>
  placeOf(resource, path, branches).expression

/** Says that a reference leads nowhere. */
export const danglingMessage = (reference: string): string => `Referenced resource ${reference} does not exist`

/** One issue for each element that says one of these references. */
export const danglingIssues = (
  resource: { readonly [name: string]: unknown },
  dangling: ReadonlySet<string>,
  severity: Issue['severity'],
): readonly Issue[] =>
  placesOf(resource, dangling).map(({ reference, path }) => ({
    severity,
    code: 'not-found',
    diagnostics: danglingMessage(reference),
    expression: expressionOf(resource, path),
    path,
  }))
