// SMART's discovery document (SMART 2.2 §conformance; aidbox-behaviour §5.1): the authorization server's metadata and what SMART adds.
import type { Provider } from '../oauth/provider.ts'
import { authorizationServerMetadata } from '../openid/metadata.ts'

const CAPABILITIES: readonly string[] = [
  ...['launch-ehr', 'launch-standalone', 'authorize-post', 'sso-openid-connect'],
  ...['client-public', 'client-confidential-symmetric', 'client-confidential-asymmetric'],
  ...['context-banner', 'context-style', 'context-ehr-patient', 'context-ehr-encounter', 'context-standalone-patient'],
  ...['permission-offline', 'permission-online', 'permission-patient', 'permission-user', 'permission-v1', 'permission-v2'],
]

/** Further bases of the FHIR API that tokens of this server open (SMART 2.2 §associated_endpoints); the root speaks Aidbox's format. */
const associatedEndpoints = ({ issuer, fhirBases }: Provider): ReadonlyArray<Record<string, unknown>> =>
  fhirBases.filter((base) => base !== issuer && base !== `${issuer}/fhir`).map((url) => ({ url, capabilities: CAPABILITIES }))

/** The body of `.well-known/smart-configuration`. */
export const smartConfiguration = (provider: Provider): Record<string, unknown> => {
  const associated = associatedEndpoints(provider)
  return {
    ...authorizationServerMetadata(provider),
    management_endpoint: `${provider.issuer}/auth/grants`,
    capabilities: CAPABILITIES,
    ...(associated.length > 0 && { associated_endpoints: associated }),
  }
}

/** SMART style (SMART 2.2 §styling). */
export const STYLE: Readonly<Record<string, string>> = {
  color_background: '#ffffff',
  color_error: '#b3261e',
  color_highlight: '#1f6feb',
  color_modal_backdrop: '#00000080',
  color_success: '#1a7f37',
  color_text: '#1f2328',
  dim_border_radius: '6px',
  dim_font_size: '16px',
  dim_spacing_size: '16px',
  font_family_body: 'system-ui, sans-serif',
  font_family_heading: 'system-ui, sans-serif',
}
