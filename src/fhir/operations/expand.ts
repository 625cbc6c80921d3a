// ValueSet/$expand (R4 valueset-operation-expand). What cannot be enumerated whole is refused: a part of it would look like all.
import type { Handler } from '../call.ts'
import { FhirError } from '../outcome.ts'
import { fold } from '../search/fold.ts'
import { valueSetOf } from './terminology.ts'
import { readInputs } from './typed-input.ts'

const KNOWN: ReadonlySet<string> = new Set(['url', 'valueSet', 'valueSetVersion', 'filter', 'count', 'offset'])

export const expand: Handler = async (call) => {
  const inputs = await readInputs(call, KNOWN)
  const [filter, count, offset = 0] = [inputs.text('filter'), inputs.number('count'), inputs.number('offset')]
  const valueSet = await valueSetOf(call, inputs, await call.deps.canonicals.terminology())
  const { codes, missing } = valueSet.expand()
  if (missing.length > 0) throw new FhirError('processing', `it cannot be expanded: ${missing.join('; ')}`)
  const words = fold(filter ?? '')
    .split(' ')
    .filter((word) => word !== '')
  const found = codes.filter(({ code, display = '' }) => {
    const text = fold(`${code} ${display}`)
    return words.every((word) => text.includes(word))
  })
  const parameter = [
    ...(filter === undefined ? [] : [{ name: 'filter', valueString: filter }]),
    ...(count === undefined ? [] : [{ name: 'count', valueInteger: count }]),
    ...(offset === 0 ? [] : [{ name: 'offset', valueInteger: offset }]),
  ]
  const contains = found.slice(offset, count === undefined ? undefined : offset + count)
  const expansion = {
    timestamp: new Date(call.deps.clock.now()).toISOString(),
    total: found.length,
    offset,
    ...(parameter.length > 0 && { parameter }),
    ...(contains.length > 0 && { contains }),
  }
  const { url, version, name } = valueSet
  const body = { resourceType: 'ValueSet', ...(url !== '' && { url }), version, name, status: 'active', expansion }
  return { status: 200, headers: {}, body: JSON.stringify(body) }
}
