// What a person calls their browser, of its User-Agent: good enough to tell two of one's own apart, and nothing is decided by it.

/** In this order: each later one is also in the text of an earlier one. */
const BROWSERS: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|Chromium|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const SYSTEMS: ReadonlyArray<readonly [RegExp, string]> = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'Mac'],
  [/\bLinux\b/, 'Linux'],
]

const first = (table: ReadonlyArray<readonly [RegExp, string]>, agent: string): string | undefined =>
  table.find(([pattern]) => pattern.test(agent))?.[1]

/** Such as `Firefox on Windows`. */
export const browserName = (agent: string): string => {
  const [browser, system] = [first(BROWSERS, agent), first(SYSTEMS, agent)]
  return `${browser ?? 'A browser'}${system === undefined ? '' : ` on ${system}`}`
}
