// The FHIR function: one request in, one response out (R4 http.html); wire requests and Bundle entries alike.
import type { FhirDependencies } from './call.ts'
import { failureOf } from './failure.ts'
import { isForm, withForm } from './form.ts'
import { serve } from './interactions/table.ts'
import { plain, present, presentationOf } from './presentation.ts'
import type { FhirRequest, FhirResponse } from './request.ts'

/** Binary is read in its own content type, whatever that is. */
const mayBeRaw = ({ segments }: FhirRequest): boolean => segments[0] === 'Binary'

const presentationFor = (fhir: FhirRequest) => {
  try {
    return presentationOf(fhir.request, fhir.format)
  } catch (error) {
    if (mayBeRaw(fhir) && !fhir.request.query.has('_format')) return plain(fhir.format)
    throw error
  }
}

const withoutBody = ({ status, headers }: FhirResponse): FhirResponse => ({ status, headers })

/** The FHIR API as one function; bad input answers an OperationOutcome, an unknown error rejects. */
export const createFhirApi =
  (deps: FhirDependencies) =>
  async (fhir: FhirRequest): Promise<FhirResponse> => {
    let presentation = plain(fhir.format)
    let response: FhirResponse
    try {
      const asked = isForm(fhir) ? await withForm(fhir) : fhir
      presentation = presentationFor(asked)
      response = await serve(asked, deps)
    } catch (error) {
      const failure = failureOf(error)
      if (!failure) throw error
      response = failure
    }
    const presented = await present(response, presentation, fhir.format, deps.formats)
    return fhir.request.method === 'HEAD' ? withoutBody(presented) : presented
  }
