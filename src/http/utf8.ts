// Long answers as bytes: one pass over their text, where the HTTP server takes three (their length, the space for them, the bytes themselves).

/** Characters; a shorter text costs less than the bytes around it. */
const LONG = 4_096
/** Bytes that are kept for the next answer. */
const KEPT = 1_048_576

const encoder = new TextEncoder()
let scratch = new Uint8Array(0)

/** What is sent of a text: itself where it is short. */
export const sent = (text: string): string | Uint8Array<ArrayBuffer> => {
  const room = text.length * 3
  if (text.length < LONG) return text
  if (room > KEPT) return encoder.encode(text)
  if (scratch.length < room) scratch = new Uint8Array(room)
  return scratch.slice(0, encoder.encodeInto(text, scratch).written)
}
