// Where in a Bundle something is wrong: an entry's issues are placed below the entry.
import { FhirError } from '../outcome.ts'
import type { BundleEntry } from './entries.ts'

/** The error with its place; what is no FhirError is left as it is. */
export const placed = (bundle: readonly BundleEntry[], entry: BundleEntry, error: unknown): unknown => {
  if (!(error instanceof FhirError)) return error
  const place = `Bundle.entry[${bundle.indexOf(entry)}]`
  const issues = error.issues.map((issue) => ({
    ...issue,
    expression: issue.expression === undefined ? place : `${place}.resource.${issue.expression}`,
  }))
  return new FhirError(error.code, error.message, { status: error.status, headers: error.headers, issues })
}
