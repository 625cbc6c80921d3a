// A pure function that remembers its last answers, for texts that come with every request of a client.

/** `compute` with the answers of its last `capacity` different texts at hand. What it answers may depend on the text alone. */
export const remembering = <Value>(capacity: number, compute: (text: string) => Value): ((text: string) => Value) => {
  const known = new Map<string, Value>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined || known.has(text)) return found as Value
    const value = compute(text)
    const oldest = known.size >= capacity ? known.keys().next().value : undefined
    if (oldest !== undefined) known.delete(oldest)
    known.set(text, value)
    return value
  }
}
