// Narrative (R4 narrative.html#xhtml; txt-1, txt-2): well-formed XHTML of the allowed elements and attributes, with some content.

const ELEMENTS: ReadonlySet<string> = new Set(
  (
    'a abbr acronym b big blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q ' +
    's samp small span strong sub sup table tbody td tfoot th thead tr tt u ul var strike center'
  ).split(' '),
)
const ATTRIBUTES: ReadonlySet<string> = new Set(
  (
    'abbr accesskey align alt axis border cellhalign cellpadding cellspacing cellvalign char charoff charset cite class color colspan compact coords dir ' +
    'frame headers height href hreflang hspace id lang longdesc name nowrap rel rev rowspan rules scope shape span src start style summary tabindex ' +
    'title type valign value vspace width xml:lang xml:space xmlns'
  ).split(' '),
)
const TAG = /<(?:!--[\s\S]*?-->|(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>)/y
const ATTRIBUTE = /([\w:-]+)\s*=\s*("[^"]*"|'[^']*')/g
const TEXT = /[^<]+/y

const attributeProblem = (attributes: string): string | undefined => {
  for (const [, name = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
    if (!ATTRIBUTES.has(name)) return `the attribute ${name} is not allowed in narrative`
    if (/^.\s*(?:javascript|data:text)/i.test(value)) return `the attribute ${name} runs a script`
  }
  return undefined
}

interface Reader {
  at: number
  content: boolean
  readonly open: string[]
}

const readTag = (text: string, reader: Reader): string | undefined => {
  TAG.lastIndex = reader.at
  const found = TAG.exec(text)
  if (!found) return 'the markup is not well-formed'
  reader.at = TAG.lastIndex
  const [, closes, name, attributes = '', empty] = found
  if (name === undefined) return undefined
  if (!ELEMENTS.has(name)) return `the element ${name} is not allowed in narrative`
  if (name === 'img') reader.content = true
  if (closes === '/') return reader.open.pop() === name ? undefined : `the element ${name} is closed where it is not open`
  if (empty !== '/') reader.open.push(name)
  return attributeProblem(attributes)
}

/** What is wrong with the xhtml of a narrative, as key and reason; undefined where nothing is. */
export const xhtmlProblem = (text: string): readonly [key: 'txt-1' | 'txt-2', reason: string] | undefined => {
  const whole = text.trim()
  if (!/^<div[\s>/]/.test(whole)) return ['txt-1', 'narrative is one div']
  const reader: Reader = { at: 0, content: false, open: [] }
  while (reader.at < whole.length) {
    if (reader.at > 0 && reader.open.length === 0) return ['txt-1', 'narrative is one div']
    TEXT.lastIndex = reader.at
    const plain = TEXT.exec(whole)
    if (plain) {
      reader.at = TEXT.lastIndex
      if (plain[0].trim() !== '') reader.content = true
      continue
    }
    const problem = readTag(whole, reader)
    if (problem !== undefined) return ['txt-1', problem]
  }
  if (reader.open.length > 0) return ['txt-1', `the element ${reader.open.at(-1)} is not closed`]
  return reader.content ? undefined : ['txt-2', 'narrative has some content']
}
