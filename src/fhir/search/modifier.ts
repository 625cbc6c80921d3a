// Modifiers (R4 search.html#modifiers): each with the search types that it has a meaning for.

import type { Criterion } from '../../store/criterion.ts'
import type { SearchParameter } from '../definitions/definitions.ts'
import { byTerminology } from './codes.ts'
import { FhirSearchError } from './errors.ts'
import { fold } from './fold.ts'
import { anyOf, referenceOf, split, tokenOf, type ValueContext, valueCriterion, withoutEscapes } from './value.ts'

interface Use {
  readonly parameter: SearchParameter
  /** The searched type. */
  readonly type: string
  readonly param: string
  readonly value: string
  readonly context: ValueContext
}
type Modifier = { readonly types: ReadonlyArray<SearchParameter['type']>; readonly apply: (use: Use) => Criterion }

const ofType = ({ param, value }: Use): Criterion =>
  anyOf(param, value, (one) => {
    const [system = '', type = '', code = '', ...others] = split(one, '|').map(withoutEscapes)
    if (type === '' || code === '' || others.length > 0) throw new FhirSearchError('invalid', ':of-type expects system|code|value')
    return { kind: 'token', param: `${param}:of-type`, ...(system !== '' && { system }), code: `${type}|${code}` }
  })

const uri =
  (match: 'below' | 'above' | 'contains') =>
  ({ param, value }: Use): Criterion =>
    anyOf(param, value, (one) => ({ kind: 'uri', param, match, value: withoutEscapes(one) }))

const contains = (use: Use): Criterion => {
  if (use.parameter.type === 'uri') return uri('contains')(use)
  return anyOf(use.param, use.value, (one) => ({ kind: 'string', param: use.param, match: 'contains', value: fold(withoutEscapes(one)) }))
}

const MODIFIERS: ReadonlyMap<string, Modifier> = new Map<string, Modifier>([
  [
    'exact',
    {
      types: ['string'],
      apply: ({ param, value }) => anyOf(param, value, (one) => ({ kind: 'string', param, match: 'exact', value: withoutEscapes(one) })),
    },
  ],
  ['contains', { types: ['string', 'uri'], apply: contains }],
  [
    'text',
    {
      types: ['token'],
      apply: ({ param, value }) =>
        anyOf(param, value, (one) => ({ kind: 'string', param: `${param}:text`, match: 'starts', value: fold(withoutEscapes(one)) })),
    },
  ],
  [
    'not',
    {
      types: ['token'],
      apply: ({ parameter, param, value, context }) => ({
        kind: 'not',
        of: anyOf(param, value, (one) => valueCriterion(parameter, param, one, context)),
      }),
    },
  ],
  ['of-type', { types: ['token'], apply: ofType }],
  ['identifier', { types: ['reference'], apply: ({ param, value }) => anyOf(param, value, (one) => tokenOf(`${param}:identifier`, one)) }],
  ['below', { types: ['uri'], apply: uri('below') }],
  ['above', { types: ['uri'], apply: uri('above') }],
])

const missing = ({ param, value }: Use): Criterion => {
  if (value !== 'true' && value !== 'false') throw new FhirSearchError('invalid', ':missing is true or false')
  return { kind: 'missing', param, missing: value === 'true' }
}

const ofTarget = (use: Use, target: string): Criterion =>
  anyOf(use.param, use.value, (one) => {
    const found = referenceOf(use.param, [target], one, use.context)
    if (found.kind !== 'reference' || found.type !== target) throw new FhirSearchError('invalid', `:${target} expects an id`)
    return found
  })

/** The criterion of a parameter with its modifier ('' for none). */
export const modified = (use: Use, modifier: string): Criterion => {
  const { parameter, param, value, context } = use
  if (modifier === '') return anyOf(param, value, (one) => valueCriterion(parameter, param, one, context))
  if (modifier === 'missing') return missing(use)
  const { codes, definitions } = context
  const coded = parameter.type === 'token' ? byTerminology({ ...use, definitions, codes }, modifier) : undefined
  if (coded) return coded
  const known = MODIFIERS.get(modifier)
  if (known?.types.includes(parameter.type)) return known.apply(use)
  if (parameter.type === 'reference' && context.definitions.types.has(modifier)) return ofTarget(use, modifier)
  throw new FhirSearchError('not-supported', `the modifier :${modifier} is not supported on ${parameter.code}`)
}
