// Starts the app (SMART App Launch 2.2 §launch): from an EHR with `iss` and `launch`, or on its own against the server that serves it.
const parameters = new URLSearchParams(location.search)
const context = parameters.has('launch') ? 'launch' : 'launch/patient'
const reads = ['Patient', 'Condition', 'Observation'].map((type) => `patient/${type}.rs`).join(' ')

globalThis.FHIR.oauth2
  .authorize({
    clientId: 'demo-app',
    scope: `${context} openid fhirUser offline_access ${reads}`,
    iss: parameters.get('iss') ?? new URL('../fhir', location.href).href,
    redirectUri: new URL('./', location.href).href,
    pkceMode: 'required',
  })
  .catch((error) => {
    const status = document.getElementById('status')
    status.className = 'problem'
    status.textContent = `The app could not start: ${error.message}`
  })
