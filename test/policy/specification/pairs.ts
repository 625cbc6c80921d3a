// Random policies, and requests that are made to match them and then changed here and there, so that a fair part of all pairs is granted.
import fc from 'fast-check'
import type { Members } from './policy.ts'

/** A stream of numbers that a seed repeats (mulberry32). */
export const randomOf = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const pick = <const T>(...values: readonly T[]) => fc.constantFrom(...values)

/** Expressions with a text that holds each. */
const REGEXES: ReadonlyMap<string, string> = new Map([
  ['#^/fhir/Patient(/|$)', '/fhir/Patient/p1'],
  ['#/Patient', '/fhir/Patient'],
  ['#^/fhir/[A-Z][a-z]+$', '/fhir/Observation'],
  ['#^p', 'p1'],
  ['#\\d+', 'p2'],
  ['#^(?i)GUEST$', 'guest'],
  ['#^(a|b)+$', 'ab'],
])

/** Members of requests: path, and values that are found there. */
const PLACES: ReadonlyArray<readonly [path: string, ...values: unknown[]]> = [
  ['request-method', 'get', 'post', 'put'],
  ['uri', '/fhir/Patient', '/fhir/Patient/p1', '/fhir/Observation', '/rpc'],
  ['params.patient', 'p1', 'p2', ['p1', 'p2'], 'Patient/p1', ''],
  ['params.resource/type', 'Patient', 'Observation'],
  ['params.n', 1, 2, '1'],
  ['params._include', 'x'],
  ['user.id', 'u', 'v'],
  ['user.role', 'guest', 'nurse', 'ab', null],
  ['user.active', true, false],
  ['user.patient', 'p1', 'p2'],
  ['user.practices', ['a', 'b'], ['p1'], []],
  ['user.link', { reference: 'Patient/p1' }, { reference: 'Patient/p2', display: 'x' }, 'p1'],
  ['client.id', 'c', 'd'],
  ['jwt.roles', [{ name: 'guest' }, { name: 'nurse' }], [{ name: 'nurse' }]],
  ['resource.items', [1, 2, 3], [2], []],
]
const PATHS = PLACES.map(([path]) => path)
const scalar = fc.constantFrom<unknown>('get', 'p1', 'p2', 'guest', 'nurse', 'a', 'u', 'c', 1, 2, true, false)

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: scalar },
    { weight: 3, arbitrary: pick('present?', 'present?', 'nil?', 'not-blank?', null) },
    { weight: 2, arbitrary: pick(...REGEXES.keys()) },
    { weight: 2, arbitrary: fc.constantFrom(...PATHS).map((path) => `.${path}`) },
    { weight: 2, arbitrary: fc.array(fc.oneof(scalar, fc.constant(null)), { minLength: 1, maxLength: 3 }).map(($enum) => ({ $enum })) },
    { weight: 1, arbitrary: fc.array(tie('value'), { minLength: 1, maxLength: 3 }).map((of) => ({ '$one-of': of })) },
    { weight: 1, arbitrary: pick({ '$one-of': '.user.practices' }, { $enum: '.resource.items' }) },
    { weight: 1, arbitrary: tie('value').map(($contains) => ({ $contains })) },
    { weight: 1, arbitrary: tie('value').map(($every) => ({ $every })) },
    { weight: 2, arbitrary: tie('value').map(($not) => ({ $not })) },
    { weight: 1, arbitrary: pick({ $reference: { id: 'p1' } }, { $reference: { id: '.user.patient', resourceType: 'Patient' } }) },
    { weight: 1, arbitrary: fc.array(scalar, { minLength: 1, maxLength: 2 }).map((of) => ({ '$present-all': of })) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map(($length) => ({ $length })) },
    { weight: 1, arbitrary: fc.array(tie('value'), { minLength: 1, maxLength: 2 }) },
    { weight: 1, arbitrary: pick({ reference: 'present?' }, { reference: '#^P' }) },
  ),
}))

const put = (root: Record<string, unknown>, path: string, what: unknown): void => {
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  let map = root
  for (const key of keys) {
    const inner = map[key]
    const next: Record<string, unknown> =
      typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Record<string, unknown>) : {}
    map[key] = next
    map = next
  }
  map[last] = what
}

/** A pattern from conditions on places. */
const patternOf = (conditions: ReadonlyArray<readonly [string, unknown]>): Members => {
  const pattern: Record<string, unknown> = {}
  for (const [path, condition] of conditions) put(pattern, path, condition)
  return pattern
}

export const pattern: fc.Arbitrary<Members> = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...PATHS), value), { minLength: 1, maxLength: 3 }).map(patternOf),
    fc.option(
      fc.array(
        fc.tuple(fc.constantFrom(...PATHS), value).map((one) => patternOf([one])),
        { minLength: 1, maxLength: 2 },
      ),
      { freq: 5, nil: undefined },
    ),
  )
  .map(([plain, oneOf]) => (oneOf ? { ...plain, '$one-of': oneOf } : plain))

/** What stands in a rule as it is: an object there would be a rule. */
const isLiteral = (one: unknown): boolean => (Array.isArray(one) ? one.every(isLiteral) : typeof one !== 'object')
const placeValue = fc
  .constantFrom(...PLACES)
  .chain(([path, ...values]) => fc.tuple(fc.constant({ var: path }), fc.constantFrom<unknown>('other', ...values.filter(isLiteral))))
const { rule } = fc.letrec<{ rule: unknown }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    {
      weight: 4,
      arbitrary: fc.tuple(pick('==', '===', '!=', '!=='), placeValue).map(([name, [one, other]]) => ({ [name]: [one, other] })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(pick('==', '!='), fc.constantFrom(...PATHS), fc.constantFrom(...PATHS))
        .map(([name, one, other]) => ({ [name]: [{ var: one }, { var: other }] })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(pick('<', '<=', '>', '>='), fc.constantFrom<unknown>(1, 2, 'p1'))
        .map(([name, limit]) => ({ [name]: [{ var: 'params.n' }, limit] })),
    },
    { weight: 1, arbitrary: fc.constantFrom(...PATHS).map((path) => ({ '!!': { var: path } })) },
    { weight: 1, arbitrary: fc.constantFrom(...PATHS).map((path) => ({ '!': { missing: [path] } })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(pick('some', 'all', 'none'), pick('a', 'p1'))
        .map(([name, one]) => ({ [name]: [{ var: 'user.practices' }, { '==': [{ var: '' }, one] }] })),
    },
    {
      weight: 1,
      arbitrary: pick(
        { some: [{ var: 'jwt.roles' }, { '==': [{ var: 'name' }, 'nurse'] }] },
        { in: [{ var: 'params.patient' }, { var: 'user.practices' }] },
      ),
    },
    {
      weight: 1,
      arbitrary: pick(
        { '==': [{ cat: ['p', { var: 'params.n' }] }, { var: 'user.patient' }] },
        { '>': [{ '+': [{ var: 'params.n' }, 1] }, 2] },
      ),
    },
    {
      weight: 1,
      arbitrary: pick(
        { '!!': { filter: [{ var: 'resource.items' }, { '>': [{ var: '' }, 1] }] } },
        { in: [2, { map: [{ var: 'resource.items' }, { '+': [{ var: '' }, 1] }] }] },
      ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(pick('and', 'or'), fc.array(tie('rule'), { minLength: 1, maxLength: 3 })).map(([name, of]) => ({ [name]: of })),
    },
    { weight: 1, arbitrary: tie('rule').map((of) => ({ '!': of })) },
    { weight: 1, arbitrary: fc.tuple(tie('rule'), tie('rule'), tie('rule')).map((of) => ({ if: of })) },
  ),
}))

const valueSchema = fc.oneof(
  scalar.map((one) => ({ const: one })),
  scalar.map((one) => ({ constant: one })),
  pick({ constant: { $data: '#/user/patient' } }, { type: 'string' }, { type: 'string', pattern: '^p' }, { type: 'string', minLength: 2 }),
  fc.array(scalar, { minLength: 1, maxLength: 3 }).map((of) => ({ enum: [...new Set(of)] })),
  pick(
    { type: 'array', items: { type: 'string' } },
    { not: { const: 'guest' } },
    { anyOf: [{ type: 'boolean' }, { const: 'p1' }] },
    { allOf: [{ type: 'string' }, { not: { const: 'p2' } }] },
  ),
)
const schema = fc
  .array(fc.tuple(fc.constantFrom(...PATHS), valueSchema, fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((conditions) => {
    let whole: Members = { type: 'object' }
    for (const [path, one, required] of conditions) {
      const nested = path
        .split('.')
        .reduceRight<Members>((inner, key) => ({ type: 'object', ...(required && { required: [key] }), properties: { [key]: inner } }), one)
      whole = { type: 'object', allOf: [...((whole.allOf as readonly Members[] | undefined) ?? []), nested] }
    }
    return whole
  })

const matcho = pattern.map((one) => ({ engine: 'matcho', matcho: one }))
const logic = rule.map((one) => ({ engine: 'json-logic', 'json-logic': one }))
const { complex } = fc.letrec<{ complex: Members; item: Members }>((tie) => ({
  item: fc.oneof({ depthSize: 'small', withCrossShrink: true }, matcho, logic, tie('complex')),
  complex: fc
    .tuple(pick('and', 'or'), fc.array(tie('item'), { minLength: 1, maxLength: 3 }))
    .map(([key, of]) => ({ engine: 'complex', [key]: of })),
}))
const rpc = fc.oneof(
  fc.constant({ engine: 'allow-rpc', type: 'rpc', rpc: { 'a/b': true } }),
  pattern.map((one) => ({ engine: 'matcho-rpc', type: 'rpc', rpc: { 'a/b': one, 'c/d': {} } })),
)

/** What is generated of each engine. */
export const ENGINES: Readonly<Record<string, fc.Arbitrary<Members>>> = {
  matcho,
  'json-logic': logic,
  'json-schema': schema.map((one) => ({ engine: 'json-schema', schema: one })),
  complex,
  rpc,
}

type Random = () => number

const oneOf = (values: readonly unknown[], random: Random): unknown => values[Math.floor(random() * values.length)]

/** A value that a pattern is likely to match; for a `.path` the place is made to have one. */
const example = (one: unknown, root: Record<string, unknown>, random: Random): unknown => {
  if (typeof one === 'string') {
    if (one === 'present?' || one === 'not-blank?') return oneOf(['p1', 'nurse', 'ab'], random)
    if (one === 'nil?') return undefined
    if (one.startsWith('.')) {
      put(root, one.slice(1), 'p1')
      return 'p1'
    }
    return REGEXES.get(one) ?? one
  }
  if (Array.isArray(one)) return one.map((item) => example(item, root, random))
  if (typeof one !== 'object' || one === null) return one
  const [[key = '', argument] = []] = Object.entries(one)
  switch (key) {
    case '$enum':
    case '$one-of':
      if (typeof argument === 'string') {
        put(root, argument.slice(1), ['x', 'p1'])
        return 'p1'
      }
      return example(oneOf(argument as readonly unknown[], random), root, random)
    case '$contains':
    case '$every':
      return [example(argument, root, random)]
    case '$present-all':
      return ['z', ...(argument as readonly unknown[])]
    case '$length':
      return Array.from({ length: Number(argument) }, () => 'a')
    case '$reference':
      return { reference: 'Patient/p1' }
    case '$not':
      return oneOf([undefined, 'other', 'p2'], random)
    default:
      return Object.fromEntries(Object.entries(one).map(([name, item]) => [name, example(item, root, random)]))
  }
}

const impose = (of: Members, root: Record<string, unknown>, random: Random): void => {
  for (const [path] of PLACES) {
    const condition = path
      .split('.')
      .reduce<unknown>(
        (map, key) => (typeof map === 'object' && map !== null && Object.hasOwn(map, key) ? (map as Members)[key] : undefined),
        of,
      )
    if (condition !== undefined) put(root, path, example(condition, root, random))
  }
  const alternatives = of['$one-of']
  if (Array.isArray(alternatives)) impose(oneOf(alternatives, random) as Members, root, random)
}

/** A value that the keywords of the end of a schema are likely to accept. */
const exampleOf = (leaf: Members, root: Record<string, unknown>, random: Random): unknown => {
  const constant = leaf.const ?? leaf.constant
  if (typeof constant === 'object' && constant !== null) {
    put(root, 'user.patient', 'p1')
    return 'p1'
  }
  if (constant !== undefined) return constant
  if (Array.isArray(leaf.enum)) return oneOf(leaf.enum, random)
  return leaf.type === 'array' ? ['p1'] : 'p1'
}

const imposeSchema = (of: Members, root: Record<string, unknown>, random: Random, at: readonly string[] = []): void => {
  for (const inner of (of.allOf ?? []) as readonly Members[]) if (inner.properties) imposeSchema(inner, root, random, at)
  const properties = Object.entries((of.properties ?? {}) as Record<string, Members>)
  for (const [key, inner] of properties) {
    if (inner.properties) imposeSchema(inner, root, random, [...at, key])
    else put(root, [...at, key].join('.'), exampleOf(inner, root, random))
  }
}

const ROLES = [
  { name: 'nurse', id: '1' },
  { name: 'patient', id: '2' },
]

/** A request at random, then made to fit the patterns of a policy, then changed in up to two places. */
export const requestFor = (policy: Members, random: Random): Members => {
  const root: Record<string, unknown> = {}
  for (const [path, ...values] of PLACES) if (random() < 0.7) put(root, path, oneOf(values, random))
  if (random() < 0.5) root.role = ROLES.filter(() => random() < 0.7)
  put(root, 'operation.id', policy.type === 'rpc' || random() < 0.1 ? 'rpc' : 'FhirSearch')
  put(root, 'params._m', oneOf(['a/b', 'a/b', 'c/d', 'none'], random))
  const items = [policy, ...((policy.and ?? policy.or ?? []) as readonly Members[])]
  if (policy.schema && random() < 0.7) imposeSchema(policy.schema as Members, root, random)
  for (const item of items) {
    if (item.matcho) impose(item.matcho as Members, root, random)
    const pattern = (item.rpc as Members | undefined)?.['a/b']
    if (typeof pattern === 'object' && pattern !== null) impose(pattern as Members, root, random)
  }
  for (let changes = Math.floor(random() * 3); changes > 0; changes--) {
    const [path = '', ...values] = PLACES[Math.floor(random() * PLACES.length)] ?? []
    put(root, path, random() < 0.3 ? undefined : oneOf(values, random))
  }
  return root
}
