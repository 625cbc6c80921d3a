// What the run of our own validator says, and whether it is passed.
import { judgeDemo } from './demo.ts'
import { judgeCorpus, type Tally } from './validation.ts'

const SEED = 20_261_122
const MOST_SHOWN = 40

const sum = (table: ReadonlyMap<string, Tally>): Tally =>
  [...table.values()].reduce((total, { made, found }) => ({ made: total.made + made, found: total.found + found }), { made: 0, found: 0 })

const print = (title: string, table: ReadonlyMap<string, Tally>): void => {
  console.log(`\n${title}`)
  for (const [name, { made, found }] of table) console.log(`  ${String(found).padStart(6)} of ${String(made).padStart(6)}  ${name}`)
}

/** Runs everything and prints it; the exit status. Another seed makes other mutants. */
export const runValidation = async (data: string, packages: string, seed = SEED): Promise<number> => {
  const score = await judgeCorpus(data, packages, seed)
  const demo = await judgeDemo('bundles/demo', `${packages}/us_core_610.tgz`)
  print('mutants found at their element', score.kinds)
  print('controls let through', score.controls)
  const [mutants, controls] = [sum(score.kinds), sum(score.controls)]
  const wrong = [...score.wrong, ...demo.wrong]
  console.log(`
resources  ${score.resources} of the shared data and of the packages' examples, ${score.named.size} errors, each named in test/conformance/validation/named.ts
mutants    ${mutants.found} of ${mutants.made} found, of ${score.kinds.size} kinds (seed ${seed})
controls   ${controls.found} of ${controls.made} let through, of ${score.controls.size} kinds
demo       ${demo.resources} resources, ${demo.profiles} profiles of US Core 6.1, every element that must be supported: ${demo.wrong.length} wrong
`)
  for (const one of wrong.slice(0, MOST_SHOWN)) console.log(`WRONG ${one}`)
  if (wrong.length > MOST_SHOWN) console.log(`and ${wrong.length - MOST_SHOWN} more`)
  return wrong.length === 0 ? 0 : 1
}
