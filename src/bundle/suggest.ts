// "Did you mean": the nearest of the names that were possible here (design, "A bundle").

const distance = (one: string, other: string): number => {
  let previous = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [row, left] of [...one].entries()) {
    const current = [row + 1]
    for (const [column, right] of [...other].entries()) {
      const changed = (previous[column] ?? 0) + (left === right ? 0 : 1)
      current.push(Math.min(changed, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1))
    }
    previous = current
  }
  return previous.at(-1) ?? 0
}

const bare = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '')

/** The candidate nearest to what was written, or undefined where none is near. */
export const nearest = (written: string, candidates: Iterable<string>): string | undefined => {
  let best: string | undefined
  let least = Math.max(1, Math.floor(written.length / 3)) + 1
  for (const candidate of candidates) {
    const apart = distance(bare(written), bare(candidate))
    if (apart >= least) continue
    best = candidate
    least = apart
  }
  return best
}

/** `; did you mean "x"?`, or nothing. */
export const didYouMean = (written: string, candidates: Iterable<string>): string => {
  const found = nearest(written, candidates)
  return found === undefined ? '' : `; did you mean "${found}"?`
}
