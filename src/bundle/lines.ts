// The lines of an NDJSON source, in turn: as many are in memory as fit a piece of the file, however large it is.
import type { LineSource } from './read.ts'

export interface Line {
  readonly number: number
  readonly text: string
}

/** The bytes between are not UTF-8. */
export class NotText extends Error {
  readonly line: number
  constructor(line: number) {
    super('this is not UTF-8 text without a byte order mark')
    this.line = line
  }
}

const LINE_FEED = 0x0a
const BYTE_ORDER_MARK = '\ufeff'

/** Lines that hold something, with their numbers. Throws NotText; what the file system or gunzip throws passes through. */
export async function* linesOf(source: LineSource): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let number = 0
  const read = (bytes: Uint8Array): Line | undefined => {
    number++
    let text: string
    try {
      text = decoder.decode(bytes)
    } catch {
      throw new NotText(number)
    }
    if (text.startsWith(BYTE_ORDER_MARK)) throw new NotText(number)
    return text.trim() === '' ? undefined : { number, text }
  }
  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of source.bytes()) {
    const bytes: Buffer = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece])
    let start = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      const line = read(bytes.subarray(start, end))
      if (line) yield line
      start = end + 1
    }
    rest = bytes.subarray(start)
  }
  const last = rest.length > 0 ? read(rest) : undefined
  if (last) yield last
}
