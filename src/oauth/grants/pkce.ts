// Proof Key for Code Exchange (RFC 7636 §4.6), S256 only; a downgrade in either direction is refused (RFC 9700 §4.8.2).
import { equalSecrets, sha256 } from '../secret.ts'

/** Does the verifier prove the challenge? Both absent is fine: the authorize endpoint decided that none was needed. */
export const provesChallenge = (challenge: string | undefined, verifier: string | undefined): boolean => {
  if (challenge === undefined || verifier === undefined) return challenge === verifier
  return /^[A-Za-z0-9\-._~]{43,128}$/.test(verifier) && equalSecrets(sha256(verifier), challenge)
}
