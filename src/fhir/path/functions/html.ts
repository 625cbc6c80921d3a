// htmlChecks() (R4 narrative.html, txt-1 and txt-2): the limited XHTML of a narrative, and that it says something.
import { type Collection, raw, single } from '../collection.ts'

const ELEMENTS: ReadonlySet<string> = new Set(
  (
    'a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li map ol p pre q samp ' +
    'small span strong sub sup table tbody td tfoot th thead tr tt ul var'
  ).split(' '),
)

const ATTRIBUTES: ReadonlySet<string> = new Set(
  (
    'abbr accesskey align alt axis border cellpadding cellspacing char charoff charset cite class colspan coords dir frame headers height href hreflang id ismap lang ' +
    'longdesc name nohref nowrap rel rev rowspan rules scope shape span src start style summary tabindex title type usemap valign value width xml:lang xml:space xmlns'
  ).split(' '),
)

/** Text, a comment, or a tag with its attributes. */
const PIECE = /([^<]+)|<(?:!--(?:(?!--)[\s\S])*--|(\/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z:_-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?))>/y
const ATTRIBUTE = /([A-Za-z:_-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const BLANK = /^(?:\s|&nbsp;|&#160;|&#xa0;)*$/i
const SCRIPT = /^\s*(?:javascript|vbscript|data:text)/i

const attributesAreFine = (attributes: string): boolean => {
  for (const [, name = '', double, quoted] of attributes.matchAll(ATTRIBUTE)) {
    if (!ATTRIBUTES.has(name) || SCRIPT.test(double ?? quoted ?? '')) return false
  }
  return true
}

interface Reading {
  readonly open: string[]
  roots: number
  says: boolean
}

const takeText = (reading: Reading, text: string): boolean => {
  const blank = BLANK.test(text)
  reading.says ||= !blank
  return blank || reading.open.length > 0
}

const takeTag = (reading: Reading, [, , closing, name = '', attributes = '', empty]: RegExpExecArray): boolean => {
  const { open } = reading
  if (closing) return open.pop() === name
  if (!ELEMENTS.has(name) || !attributesAreFine(attributes)) return false
  if (open.length === 0 && (name !== 'div' || reading.roots++ > 0)) return false
  reading.says ||= name === 'img'
  if (!empty) open.push(name)
  return true
}

/** Balanced, of the allowed elements and attributes, one `div` around it all, with text or an image. */
const isNarrative = (html: string): boolean => {
  const reading: Reading = { open: [], roots: 0, says: false }
  for (PIECE.lastIndex = 0; PIECE.lastIndex < html.length; ) {
    const piece = PIECE.exec(html)
    if (!piece) return false
    const [, text, , name] = piece
    if (text !== undefined ? !takeText(reading, text) : name !== undefined && !takeTag(reading, piece)) return false
  }
  return reading.open.length === 0 && reading.roots === 1 && reading.says
}

/** Of one narrative; nothing where there is none. */
export const htmlChecks = (input: Collection): boolean | undefined => {
  const item = single(input)
  const value = item === undefined ? undefined : raw(item)
  return value === undefined ? undefined : typeof value === 'string' && isNarrative(value)
}
