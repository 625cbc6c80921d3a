// The json-logic engine: JsonLogic over the request object, checked when it compiles and closed where json-logic-js is open (design,
// "Policies"; F3, P-12). It grants only where the rule is exactly `true`.
import type { Mismatch, Site } from '../diagnostics.ts'
import { type Matcher, never } from '../matcho/matcher.ts'
import { at, isMap, type Json } from '../matcho/value.ts'
import { type Compile, type Context, type Expression, truthy, UNKNOWN } from './expression.ts'
import { literal, OPERATORS } from './operators.ts'

const MOST_STEPS = 20_000
const MOST_NESTED = 32
const COST = 16

const operandsOf = (rule: Json, operator: string): readonly unknown[] => {
  const given: unknown = rule[operator]
  return Array.isArray(given) ? given : [given]
}

const compileRule: Compile = (rule, site, context) => {
  if (site.path.length > MOST_NESTED) {
    site.error('the rule is nested too deeply')
    return UNKNOWN
  }
  if (Array.isArray(rule)) {
    const items = rule.map((item, index) => compileRule(item, site.in(String(index)), context))
    return (data, budget) => {
      const values = items.map((item) => item(data, budget))
      return values.includes(undefined) ? undefined : values
    }
  }
  if (!isMap(rule)) return rule === null ? UNKNOWN : literal(rule)
  const [name, ...others] = Object.keys(rule)
  if (name === undefined || others.length > 0) {
    site.error('a rule is an object with exactly one operator')
    return UNKNOWN
  }
  const operator = OPERATORS.get(name)
  if (operator) return operator(operandsOf(rule, name), compileRule, site.in(name), context)
  site.in(name).error(`unknown operator ${JSON.stringify(name)}; known are ${[...OPERATORS.keys()].join(' ')}`)
  return UNKNOWN
}

const ROOT: Context = { depth: 0 }

interface Conjunct {
  readonly rule: unknown
  readonly holds: Expression
}

/** What has to be true by itself: the operands of an outermost `and`. */
const conjunctsOf = (rule: Json, site: Site): readonly Conjunct[] => {
  const given: unknown = Object.keys(rule).length === 1 ? rule.and : undefined
  if (!Array.isArray(given)) return [{ rule, holds: compileRule(rule, site, ROOT) }]
  if (given.length === 0) site.error('and needs operands')
  return given.map((one: unknown, index) => ({ rule: one, holds: compileRule(one, site.in('and', String(index)), ROOT) }))
}

/** The first member of the request that a rule looks at. */
const firstVariable = (rule: unknown): readonly string[] | undefined => {
  if (Array.isArray(rule)) return rule.map(firstVariable).find((path) => path !== undefined)
  if (!isMap(rule)) return undefined
  const [name = ''] = Object.keys(rule)
  const [operand] = operandsOf(rule, name)
  if (name === 'var' && typeof operand === 'string') return operand.split('.')
  return firstVariable(operandsOf(rule, name))
}

const mismatchOf = (rule: unknown, request: unknown, path: readonly string[]): Mismatch => {
  const variable = firstVariable(rule) ?? []
  return { expected: rule, but: at(request, variable), path: [...path, ...variable] }
}

/** Compiles the rule of a policy; it is asked of the whole request object. */
export const compileJsonLogic = (rule: unknown, site: Site): Matcher => {
  if (!isMap(rule)) {
    site.error('a json-logic policy needs a rule in `json-logic`')
    return never(rule)
  }
  const conjuncts = conjunctsOf(rule, site)
  const failing = (value: unknown): Conjunct | undefined => {
    const budget = { left: MOST_STEPS }
    // An `and` is its last operand where the others are true in JsonLogic's sense.
    return conjuncts.find(({ holds }, index) => {
      const answer = holds(value, budget)
      return index === conjuncts.length - 1 ? answer !== true : answer === undefined || !truthy(answer)
    })
  }
  return {
    cost: COST,
    test: (value) => failing(value) === undefined,
    explain: (value, _request, path) => {
      const conjunct = failing(value)
      return conjunct && mismatchOf(conjunct.rule, value, path)
    },
  }
}
