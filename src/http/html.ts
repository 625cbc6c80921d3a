// HTML that is safe by construction: what stands in the template is markup, every value in it is text (security-requirements L-15).

/** Markup that needs no further escaping; made by `html` only. */
export interface Html {
  readonly markup: string
}

type Value = Html | string | number | undefined | false | readonly Value[]

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])

const escapeText = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? '')

const render = (value: Value): string => {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string' || typeof value === 'number') return escapeText(String(value))
  return 'markup' in value ? value.markup : value.map(render).join('')
}

/** Template tag: escapes every value that is not `html` itself; `undefined` and `false` are nothing, arrays are joined. */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  markup: parts.map((part, at) => part + render(values[at])).join(''),
})
