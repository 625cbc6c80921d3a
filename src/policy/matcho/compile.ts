// matcho: a pattern becomes a closure (aidbox-behaviour §3.5; where sources differ, design "Policies": it fails closed).
import type { Site } from '../diagnostics.ts'
import { cheapestFirst, every, type Matcher, never } from './matcher.ts'
import { compileScalar } from './scalar.ts'
import { SPECIALS } from './special.ts'
import { isMap, type Json, memberOf } from './value.ts'

const compileArray = (pattern: readonly unknown[], site: Site): Matcher => {
  if (pattern.length === 0) site.error('an empty list matches every list; say what must be in it')
  const items = pattern.map((one, at) => compileMatcho(one, site.in(String(at))))
  return {
    cost: items.reduce((sum, { cost }) => sum + cost, 1),
    test: (value, request) => Array.isArray(value) && items.every((item, at) => item.test(value[at], request)),
    explain: (value, request, path) => {
      if (!Array.isArray(value)) return { expected: pattern, but: value, path }
      for (const [at, item] of items.entries()) {
        const mismatch = item.explain(value[at], request, [...path, String(at)])
        if (mismatch) return mismatch
      }
      return undefined
    },
  }
}

/** Plain keys: the value must be a map, a missing one does not match (§3.5). */
const compileMap = (pattern: Json, keys: readonly string[], site: Site): Matcher => {
  const members = keys.map((key) => {
    if (key.startsWith('.')) site.in(key).warning(`"${key}" is taken as the name of a key, not as a path`)
    return { key, matcher: compileMatcho(pattern[key], site.in(key)) }
  })
  const inOrder = cheapestFirst(members)
  return {
    cost: members.reduce((sum, { matcher }) => sum + matcher.cost, 1),
    test: (value, request) => {
      if (!isMap(value)) return false
      for (const { key, matcher } of inOrder) if (!matcher.test(memberOf(value, key), request)) return false
      return true
    },
    explain: (value, request, path) => {
      if (!isMap(value)) return { expected: pattern, but: value, path }
      for (const { key, matcher } of members) {
        const mismatch = matcher.explain(memberOf(value, key), request, [...path, key])
        if (mismatch) return mismatch
      }
      return undefined
    },
  }
}

const checkMixture = (special: readonly string[], plain: readonly string[], site: Site): void => {
  const alone = special.filter((key) => key !== '$one-of')
  if (alone.length > 0 && plain.length > 0) {
    site.error(`${alone.join(', ')} cannot stand beside ${plain.join(', ')}; put the plain keys into a pattern of their own`)
  }
  if (special.includes('$one-of') && special.length + plain.length > 1) site.warning('$one-of beside other keys: both must hold')
  if (alone.length > 1 && alone.some((key) => key !== '$present-all' && key !== '$length')) {
    site.error(`${alone.join(', ')} cannot stand together`)
  }
}

const compileKeys = (pattern: Json, site: Site): Matcher => {
  const keys = Object.keys(pattern)
  if (keys.length === 0) {
    site.error('an empty pattern matches everything; say what must hold')
    return never(pattern)
  }
  const special = keys.filter((key) => key.startsWith('$'))
  const plain = keys.filter((key) => !key.startsWith('$'))
  checkMixture(special, plain, site)
  const parts = special.map((key) => {
    const one = SPECIALS.get(key)
    if (one) return one(pattern[key], compileMatcho, site.in(key))
    site.in(key).error(`unknown key ${key}; known are ${[...SPECIALS.keys()].join(' ')}`)
    return never(pattern)
  })
  const all = plain.length > 0 ? [compileMap(pattern, plain, site), ...parts] : parts
  return all.length === 1 && all[0] ? all[0] : every(all)
}

/** Compiles a matcho pattern. What is wrong is said to `site`, and then the result never grants. */
export const compileMatcho = (pattern: unknown, site: Site): Matcher => {
  if (Array.isArray(pattern)) return compileArray(pattern, site)
  return isMap(pattern) ? compileKeys(pattern, site) : compileScalar(pattern, site)
}
