// What a reference string points at. Only an exact relative reference, or one under our own base, names a resource of this server (S-25).
const RELATIVE = /^([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9\-.]{1,64})(\/_history\/[A-Za-z0-9\-.]{1,64})?$/

export interface LocalReference {
  readonly type: string
  readonly id: string
  readonly versioned: boolean
}

/** The resource of this server that a reference names; undefined for contained, urn, foreign and malformed ones. */
export const localReference = (reference: string, base: string, types: ReadonlySet<string>): LocalReference | undefined => {
  const relative = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference
  const found = RELATIVE.exec(relative)
  const [, type = '', id = '', version] = found ?? []
  return types.has(type) ? { type, id, versioned: version !== undefined } : undefined
}
