// The bases of a box: what an absolute reference of its own starts with.
import type { Tables } from './bundle/tables.ts'

/** The FHIR API's, those of Apis, and the root's, where Aidbox's format is; a path that names a patient is no one base. */
export const basesOf = (baseUrl: string, { apis }: Tables): readonly string[] => {
  const paths = [...apis.values()].map(({ path }) => path).filter((path) => !path.includes('{'))
  return [`${baseUrl}/fhir`, ...paths.map((path) => `${baseUrl}${path}`), baseUrl]
}
