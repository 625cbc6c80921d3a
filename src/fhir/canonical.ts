// Canonical references (R4 references.html#canonical): `url` or `url|version`; without a version the latest is meant.

/** The url and the version of a canonical, its fragment left out. */
export const splitCanonical = (canonical: string): readonly [url: string, version: string | undefined] => {
  const whole = canonical.split('#')[0] ?? ''
  const at = whole.indexOf('|')
  return at < 0 ? [whole, undefined] : [whole.slice(0, at), whole.slice(at + 1)]
}

const numbersOf = (version: string): readonly number[] => version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0)

/** Below 0 where the first is the older version, above 0 where it is the newer one. */
export const compareVersions = (a = '', b = ''): number => {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  const at = Array.from({ length: Math.max(left.length, right.length) }).findIndex((_, index) => (left[index] ?? 0) !== (right[index] ?? 0))
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0)
}
