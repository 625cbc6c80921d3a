// The components of composite parameters: each has a search type of its own, and a name of its own in the index.
import type { Definitions, SearchParameter } from '../definitions/definitions.ts'

export interface Component {
  /** `Type.code$n`, as in criteria and entries. */
  readonly name: string
  readonly searchType: SearchParameter['type']
  readonly expression: string
  /** `%resource.…`: the expression starts at the resource, not at the composite's element. */
  readonly ofResource: boolean
  readonly parameter: SearchParameter
}

/** The components of a composite parameter, in order. */
export const componentsOf = (definitions: Definitions, parameter: SearchParameter, param: string): readonly Component[] =>
  parameter.component.flatMap(({ definition, expression }, at) => {
    const part = definitions.parameterByUrl(definition.replace(/\|.*$/, ''))
    return part
      ? [
          {
            name: `${param}$${at + 1}`,
            searchType: part.type,
            expression: expression.replace('%resource.', ''),
            ofResource: expression.startsWith('%resource.'),
            parameter: part,
          },
        ]
      : []
  })
