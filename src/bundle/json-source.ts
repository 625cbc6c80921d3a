// A source of plain JSON to its value. The parser that keeps the place of everything takes ten times as long, so it is asked only when
// something is to be said of a place: of bundles that are right, never.
import { MalformedBody, parseJson } from '../http/json.ts'
import type { Position } from './diagnostic.ts'
import { parseText } from './parse.ts'
import type { TextSource } from './read.ts'
import { type Located, locator } from './values.ts'

/** Places as they are asked for: what is read of one is read of the text then. */
const placesIn = ({ file, text }: TextSource): Located['locate'] => {
  let known: Located['locate'] | undefined
  const places = (): Located['locate'] => {
    if (known) return known
    const { documents, at } = parseText(file, text)
    known = locator(documents[0]?.contents, at)
    return known
  }
  return (path, of) => {
    let found: Position | undefined
    const place = (): Position => {
      found ??= places()(path, of)
      return found
    }
    return {
      file,
      get line() {
        return place().line
      },
      get col() {
        return place().col
      },
    }
  }
}

/** A source that is plain JSON, with nothing to be put in; undefined where it is anything else, or wrong, which the whole parser says. */
export const jsonOf = (source: TextSource): Located | undefined => {
  if (!/^\s*[[{]/.test(source.text) || source.text.includes('${')) return undefined
  try {
    return { value: parseJson(source.text), locate: placesIn(source) }
  } catch (error) {
    if (error instanceof MalformedBody) return undefined
    throw error
  }
}
