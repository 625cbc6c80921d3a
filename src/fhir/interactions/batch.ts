// batch and transaction (R4 http.html#transaction): a Bundle posted to the base. The Bundle needs a grant, and so does each entry.

import { bundleAnswer } from '../bundle/answer.ts'
import { type BundleEntry, entriesOf } from '../bundle/entries.ts'
import { type Interactions, transaction } from '../bundle/transaction.ts'
import type { Handler } from '../call.ts'
import { failureOf } from '../failure.ts'
import { FhirError } from '../outcome.ts'
import { onlyParameters } from '../parameters.ts'
import { permitOf } from '../permit.ts'
import type { FhirResponse } from '../request.ts'
import { asResource, readBody } from '../resource.ts'

/** One entry of a batch: its failure is its own. */
const answerOf = async (entry: BundleEntry | FhirError, { serve }: Interactions): Promise<FhirResponse> => {
  try {
    if (entry instanceof FhirError) throw entry
    return await serve(entry.request)
  } catch (error) {
    const failure = failureOf(error)
    if (!failure) throw error
    return failure
  }
}

/** The handler; entries go through the same interactions as requests of their own do. */
export const batchOf =
  (interactions: (call: Parameters<Handler>[0]) => Interactions): Handler =>
  async (call) => {
    const { fhir, deps } = call
    const parameters = onlyParameters(call)
    const body = asResource(await readBody(fhir), 'Bundle')
    const bundle = fhir.format === 'aidbox' && deps.formats ? deps.formats.toFhir(body) : body
    const isBatch = bundle.type === 'batch'
    if (!isBatch && bundle.type !== 'transaction')
      throw new FhirError('value', 'the Bundle is neither a batch nor a transaction', { expression: 'Bundle.type' })
    const permit = await permitOf(call, { parameters, resource: bundle })
    const entries = entriesOf(fhir, bundle)
    const within = interactions(call)
    if (isBatch) {
      const answers: FhirResponse[] = []
      for (const entry of entries) answers.push(await answerOf(entry, within))
      return { status: 200, headers: {}, body: bundleAnswer('batch-response', answers) }
    }
    const whole = entries.map((entry) => {
      if (entry instanceof FhirError) throw entry
      return entry
    })
    return { status: 200, headers: {}, body: bundleAnswer('transaction-response', await transaction(call, permit, whole, within)) }
  }
