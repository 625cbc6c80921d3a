// The Prefer header (RFC 7240; R4 http.html#ops, search.html#errors).

type Headers = ReadonlyMap<string, string>

const preference = (headers: Headers, name: string): string | undefined => {
  for (const part of (headers.get('prefer') ?? '').split(/[,;]/)) {
    const [key = '', value = ''] = part.trim().split('=')
    if (key.trim().toLowerCase() === name) return value.trim().replaceAll('"', '')
  }
  return undefined
}

/** Are unknown search parameters left out instead of refused? */
export const isLenient = (headers: Headers): boolean => preference(headers, 'handling') === 'lenient'

export type Return = 'minimal' | 'representation' | 'OperationOutcome'

/** What a write answers; the resource, unless something else is preferred. */
export const preferredReturn = (headers: Headers): Return => {
  const value = preference(headers, 'return')
  return value === 'minimal' || value === 'OperationOutcome' ? value : 'representation'
}
