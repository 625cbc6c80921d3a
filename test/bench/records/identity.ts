// Ids and choices of the generated records: made of numbers, so that any of them can be named without a list of all.

/** A well mixed 32 bits of two numbers (the finalizer of MurmurHash3). */
const mixed = (one: number, other: number): number => {
  let bits = Math.imul(one ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(other + 0x7f4a7c15, 0xc2b2ae35)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

const hex = (bits: number): string => bits.toString(16).padStart(8, '0')

/** The id of a patient's resource, a UUID as records have them: a file in their order is in no order of ids. */
export const idOf = (type: string, patient: number, number = 0): string => {
  const kind = type.length * 256 + type.charCodeAt(0) + 65_536 * number
  const [a, b, c, d] = [0, 1, 2, 3].map((part) => hex(mixed(kind + part * 0x1000193, patient)))
  return `${a}-${b?.slice(0, 4)}-4${b?.slice(5)}-a${c?.slice(1, 4)}-${c?.slice(4)}${d}`
}

/** One of these, the same for the same numbers. */
export const oneOf = <Item>(items: readonly [Item, ...Item[]], one: number, other: number): Item =>
  items[mixed(one, other) % items.length] ?? items[0]

/** From 0 up to and without `below`. */
export const numberOf = (below: number, one: number, other: number): number => mixed(one, other) % below
