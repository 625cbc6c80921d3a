// String search ignores case, accents and white space that is not single (R4 search.html#string).

const PLAIN = /^[a-z0-9.,'-]*$/

/** Lower case, no diacritics, white space collapsed. */
export const fold = (text: string): string =>
  PLAIN.test(text)
    ? text
    : text
        .normalize('NFKD')
        .replace(/\p{M}+/gu, '')
        .toLowerCase()
        .replace(/\s+/g, ' ')
        .trim()
