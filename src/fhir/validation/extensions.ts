// Extensions (R4 extensibility.html): a value or extensions of its own, and what its definition says, where that is at hand.
import { type ProfileDependencies, profileCheck } from './profile.ts'
import { type Check, fail, isFields, note } from './run.ts'

/** ext-1: extensions of its own, or one value, not both. */
const checkContent = (fields: Readonly<Record<string, unknown>>): boolean => {
  const nested = fields.extension !== undefined
  const valued = Object.keys(fields).some((key) => /^_?value[A-Z]/.test(key))
  return nested !== valued
}

/** The check of every extension, wherever it stands. */
export const extensionCheck = (deps: ProfileDependencies): Check => {
  const known = new Map<string, Check | undefined>()
  return (value, run) => {
    if (!isFields(value)) return
    if (!checkContent(value)) fail(run, 'invariant', 'ext-1: an extension has a value or extensions, not both and not neither')
    const { url } = value
    if (typeof url !== 'string' || !url.includes(':')) return
    if (!known.has(url)) known.set(url, profileCheck(url, deps))
    const check = known.get(url)
    if (check) check(value, run)
    else note(run, 'extension', `the extension ${url} is not known here`)
  }
}
