// $meta (R4 resource-operation-meta) of an instance.
import { stringifyJson } from '../../http/json.ts'
import { ALL } from '../../store/criterion.ts'
import { authorizeRead } from '../../store/plan.ts'
import type { Handler } from '../call.ts'
import { notHere } from '../interactions/read.ts'
import { onlyParameters } from '../parameters.ts'
import { permitOf } from '../permit.ts'
import { parseStored } from '../resource.ts'

export const meta: Handler = async (call) => {
  const { type = '', id = '' } = call.route
  const permit = await permitOf(call, { parameters: onlyParameters(call) })
  const found = await call.deps.store.read(authorizeRead({ type, id, where: ALL }, permit.rows(type, 'r')))
  if (found?.text === undefined) throw notHere()
  const parameter = [{ name: 'return', valueMeta: parseStored(found.text).meta }]
  return { status: 200, headers: {}, body: stringifyJson({ resourceType: 'Parameters', parameter }) }
}
