// A radix tree over beginnings of texts: what is kept under every beginning of a text is found in one walk along it.

export interface PrefixTree<T> {
  /** What leads here from the node above. */
  readonly text: string
  readonly values: readonly T[]
  /** By the code of the first character of their text. */
  readonly below: ReadonlyMap<number, PrefixTree<T>>
}

type Kept<T> = readonly [prefix: string, value: T]

const sharedLength = (texts: readonly string[]): number => {
  const [first = ''] = texts
  let length = first.length
  for (const text of texts) while (!text.startsWith(first.slice(0, length))) length--
  return length
}

/** Builds the tree. `from`: how much of each prefix the nodes above have taken. */
export const prefixTree = <T>(kept: readonly Kept<T>[], from = 0): PrefixTree<T> => {
  const end = sharedLength(kept.map(([prefix]) => prefix))
  const groups = new Map<number, Kept<T>[]>()
  for (const one of kept) {
    if (one[0].length === end) continue
    const code = one[0].charCodeAt(end)
    const group = groups.get(code)
    if (group) group.push(one)
    else groups.set(code, [one])
  }
  return {
    text: kept[0]?.[0].slice(from, end) ?? '',
    values: kept.filter(([prefix]) => prefix.length === end).map(([, value]) => value),
    below: new Map([...groups].map(([code, group]) => [code, prefixTree(group, end)])),
  }
}

/** The first value, of those kept under a beginning of the text, that is wanted. */
export const findAlong = <T, Of>(
  tree: PrefixTree<T>,
  text: string,
  first: (values: readonly T[], of: Of) => T | undefined,
  of: Of,
): T | undefined => {
  let at = 0
  let node: PrefixTree<T> | undefined = tree
  while (node && text.startsWith(node.text, at)) {
    const found = node.values.length === 0 ? undefined : first(node.values, of)
    if (found !== undefined) return found
    at += node.text.length
    node = node.below.get(text.charCodeAt(at))
  }
  return undefined
}
