// The algebra of scopes against a model of it: narrowing never widens, unticking never adds, several scopes are a union.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Permission } from '../../src/fhir/access.ts'
import { loadDefinitions } from '../../src/fhir/definitions/definitions.ts'
import { choose, consentItems } from '../../src/smart/consent.ts'
import { coveredBy, narrowed } from '../../src/smart/coverage.ts'
import { scopeRows } from '../../src/smart/criteria.ts'
import { rememberingReader } from '../../src/smart/scope-reader.ts'
import { parseScope } from '../../src/smart/scopes.ts'
import type { IndexEntry } from '../../src/store/entries.ts'
import { matches } from '../../src/store/matches.ts'
import { and } from '../../src/store/plan.ts'

const definitions = loadDefinitions()
const FILTERS = ['status=final', 'code=1']
const CATEGORY = 'category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory'
const PERMISSIONS: readonly Permission[] = ['c', 'r', 'u', 'd', 's']
/** Everything that a scope could tell apart: a row by its type and the filters it satisfies, for a permission in a context. */
interface Row {
  readonly context: string
  readonly type: string
  readonly permission: Permission
  readonly satisfied: readonly string[]
}

const filters = fc.subarray([...FILTERS, CATEGORY])
const context = fc.constantFrom('patient', 'user', 'system')
const row: fc.Arbitrary<Row> = fc.record({
  context,
  type: fc.constantFrom('Observation', 'Condition', 'Coverage'),
  permission: fc.constantFrom(...PERMISSIONS),
  satisfied: filters,
})
const letters = fc.subarray([...PERMISSIONS], { minLength: 1 }).map((of) => of.join(''))
const granularScope = fc
  .tuple(fc.constantFrom('patient', 'user'), fc.constantFrom('Observation', 'Condition'), letters, filters)
  .map(([kind, type, permissions, query]) => `${kind}/${type}.${permissions}${query.length > 0 ? `?${query.join('&')}` : ''}`)
const plainScope = fc
  .tuple(context, fc.constantFrom('*', 'Observation', 'Condition', 'Coverage'), fc.oneof(letters, fc.constantFrom('read', 'write', '*')))
  .map(([kind, type, permissions]) => `${kind}/${type}.${permissions}`)
const scope = fc.oneof(granularScope, plainScope)
const scopes = fc.uniqueArray(scope, { maxLength: 5 })

/** What one scope means, read off its text alone. */
const reaches = (text: string, { context: kind, type, permission, satisfied }: Row): boolean => {
  const [, itsContext, itsType, spelt = '', query] = /^(\w+)\/(\*|\w+)\.([^?]+)(?:\?(.*))?$/.exec(text) ?? []
  const meant = { read: 'rs', write: 'cud', '*': 'cruds' }[spelt] ?? spelt
  if (itsContext !== kind || (itsType !== '*' && itsType !== type) || !meant.includes(permission)) return false
  return (query?.split('&') ?? []).every((one) => satisfied.includes(one))
}
const reachedBy = (texts: readonly string[], one: Row): boolean => texts.some((text) => reaches(text, one))

test('what is left of a scope is exactly what it and the client’s scopes both reach', () => {
  fc.assert(
    fc.property(scopes, scope, row, (allowed, asked, one) => {
      const left = narrowed(allowed, asked)
      assert.equal(reachedBy(left, one), reaches(asked, one) && reachedBy(allowed, one), `${asked} within ${allowed}: ${left}`)
      assert.ok(left.every((text) => parseScope(text) !== undefined))
      if (coveredBy(allowed, asked)) assert.deepEqual(left, [asked])
    }),
    { numRuns: 3000 },
  )
})

test('L-08: consent grants nothing that was not asked, and unticking never adds', () => {
  const ticks = fc.record({ asked: scopes, kept: fc.infiniteStream(fc.boolean()), unticked: fc.nat(), one: row })
  fc.assert(
    fc.property(ticks, ({ asked, kept, unticked, one }) => {
      const offered = consentItems(asked, new Map()).flatMap((item) => [item.scope, ...item.narrower.map((narrower) => narrower.scope)])
      const ticked = offered.filter(() => kept.next().value)
      const granted = choose(asked, ticked)
      assert.ok(!reachedBy(granted, one) || reachedBy(asked, one), `${granted} of ${asked}`)
      const fewer = ticked.filter((_, at) => at !== unticked % Math.max(ticked.length, 1))
      assert.ok(!reachedBy(choose(asked, fewer), one) || reachedBy(granted, one), `${choose(asked, fewer)} after ${granted}`)
      assert.ok(granted.every((text) => !text.startsWith('system/')))
    }),
    { numRuns: 1500 },
  )
})

test('the rows of several scopes are the union of the rows of each', () => {
  const criterionOf = (_type: string, query: { entries: ReadonlyArray<readonly [string, string]> }) =>
    and(...query.entries.map(([name, value]) => ({ kind: 'token', param: 'filter', code: `${name}=${value}` }) as const))
  const entry = (code: string): IndexEntry => ({ kind: 'token', param: 'filter', system: '', code })
  const input = { context: { patient: 'p1' }, definitions, base: '', read: rememberingReader(definitions, criterionOf) }
  const someone = fc.constantFrom('practitioner', 'patient', 'client')
  const subjects = {
    practitioner: { fhirUser: { type: 'Practitioner', id: 'd1' } },
    patient: { fhirUser: { type: 'Patient', id: 'p1' } },
    client: undefined,
  }
  /** Which contexts grant this row to them: p1 is the launch's patient and the patient's own record. */
  const isIn = (who: keyof typeof subjects, kind: string, compartment: string): boolean => {
    if (kind === 'patient') return compartment === 'p1'
    if (kind === 'system') return who === 'client'
    return who === 'practitioner' || (who === 'patient' && compartment === 'p1')
  }
  fc.assert(
    fc.property(scopes, someone, row, fc.constantFrom('p1', 'p2'), (texts, who, one, compartment) => {
      const reach = scopeRows({ ...input, scope: texts, user: subjects[who] })
      const indexed = { entries: one.satisfied.map(entry), compartments: [compartment], date: 0 }
      const found = matches(reach.rows(one.type, one.permission), { id: 'x', updated: 0, indexed })
      const expected = ['patient', 'user', 'system'].some(
        (kind) => isIn(who, kind, compartment) && reachedBy(texts, { ...one, context: kind }),
      )
      assert.equal(found, expected, `${texts} as ${who}`)
      assert.ok(!found || reach.covers(one.type, one.permission))
    }),
    { numRuns: 3000 },
  )
})
