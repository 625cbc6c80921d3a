// The name of a parameter in the index, as criteria and entries both say it.
import type { SearchParameter } from '../definitions/definitions.ts'

/** `Type.code`; with the definition's digest where it is not R4's own, so that two definitions of a code never share entries. */
export const indexName = (type: string, { code, digest }: SearchParameter): string =>
  digest === undefined ? `${type}.${code}` : `${type}.${code}@${digest}`
