// String search ignores case, accents and white space that is not single (R4 search.html#string).

const ASCII = /^[ -~]*$/

const spaced = (text: string): boolean => text.includes('  ') || text.startsWith(' ') || text.endsWith(' ')

/** Lower case, no diacritics, white space collapsed. */
export const fold = (text: string): string => {
  if (ASCII.test(text) && !spaced(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
}
