// R4's definitions with the parameters of SearchParameter resources beside R4's own.
import type { Definitions, SearchParameter } from './definitions.ts'

/** The definitions in which these parameters are known too; a code that R4 defines for a type stays R4's there. */
export const withSearchParameters = (definitions: Definitions, parameters: readonly SearchParameter[]): Definitions => {
  if (parameters.length === 0) return definitions
  const merged = new Map<string, ReadonlyMap<string, SearchParameter>>()
  for (const type of new Set(parameters.flatMap(({ base }) => base))) {
    const own = parameters.filter(({ base }) => base.includes(type)).map((parameter) => [parameter.code, parameter] as const)
    merged.set(type, new Map([...own, ...definitions.searchParameters(type)]))
  }
  const byUrl = new Map(parameters.map((parameter) => [parameter.url, parameter]))
  return {
    ...definitions,
    searchParameters: (type) => merged.get(type) ?? definitions.searchParameters(type),
    parameterByUrl: (url) => definitions.parameterByUrl(url) ?? byUrl.get(url),
  }
}
