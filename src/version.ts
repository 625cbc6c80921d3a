// The release, as the command, the CapabilityStatement and the digest of the last load say it.
export const VERSION = '0.1.0'
