// Which resources lines declare, and where: of a million of them at once, so that each is an id and a number, and nothing holds a line's text.
import type { Position } from './diagnostic.ts'

/** A place as one number: the file's, then the line's. */
const LINES = 2 ** 31

/** The same text with memory of its own: what was cut out of a line would keep the whole line. */
export const apart = (text: string): string => Buffer.from(text).toString()

export interface LineNames {
  has(name: string): boolean
  /** Where it was declared before; undefined, and it is declared from now on, where it was not. */
  declare(type: string, id: string, position: Position): string | undefined
}

export const createLineNames = (): LineNames => {
  const files: string[] = []
  const places = new Map<string, number>()
  return {
    has: (name) => places.has(name),
    declare(type, id, { file, line }) {
      const name = `${type}/${id}`
      const earlier = places.get(name)
      if (earlier !== undefined) return `${files[Math.floor(earlier / LINES)]}:${earlier % LINES}:1`
      if (files.at(-1) !== file) files.push(file)
      places.set(apart(name), (files.length - 1) * LINES + line)
      return undefined
    },
  }
}
