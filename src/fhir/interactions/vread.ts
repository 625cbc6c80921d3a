// FHIR vread (R4 http.html#vread): one version, of a resource that the principal sees now and saw then.
import { ALL } from '../../store/criterion.ts'
import { authorizeRead } from '../../store/plan.ts'
import { binaryAnswer } from '../binary.ts'
import type { Handler } from '../call.ts'
import { FhirError } from '../outcome.ts'
import { onlyParameters } from '../parameters.ts'
import { permitOf } from '../permit.ts'
import { shown } from '../shown.ts'
import { notHere } from './read.ts'
import { isVisible, known } from './visible.ts'

export const vread: Handler = async (call) => {
  const { type = '', id = '', vid = '' } = call.route
  const permit = await permitOf(call, { parameters: onlyParameters(call) })
  const rows = permit.rows(type, 'r')
  if (!(await known(call.deps, type, id, rows))) throw notHere()
  const found = /^\d{1,15}$/.test(vid)
    ? await call.deps.store.version(authorizeRead({ type, id, where: ALL, version: Number(vid) }, ALL))
    : undefined
  if (!found || !(await isVisible(call.deps, found, rows))) throw notHere()
  if (found.text === undefined) throw new FhirError('deleted', 'this version is a deletion')
  return binaryAnswer(call, found) ?? shown(call, 200, found)
}
