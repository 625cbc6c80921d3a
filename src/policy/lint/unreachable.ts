// A policy that grants nothing which another does not grant already: asked about the same requests, it adds nothing but cost and doubt.
import type { Site } from '../diagnostics.ts'
import { isMap, type Json } from '../matcho/value.ts'

export interface Linked {
  readonly policy: Json
  /** As `Client/x`; undefined: global. */
  readonly links: readonly string[] | undefined
  readonly site: Site
}

/** Longer lists are looked through for what is the same only: pairs of thousands are millions. */
const MOST_PAIRED = 200
const MEANING = ['engine', 'matcho', 'schema', 'and', 'or', 'rpc', 'json-logic', 'search'] as const

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, canonical(value[key])]),
  )
}

const textOf = (value: unknown): string => JSON.stringify(canonical(value)) ?? ''
const meaningOf = (policy: Json): string => textOf(MEANING.map((key) => policy[key]))

/** Every plain condition of the wider pattern is one of the narrower. */
const isWider = (wider: unknown, narrower: unknown): boolean => {
  if (!isMap(wider) || !isMap(narrower)) return textOf(wider) === textOf(narrower)
  if (Object.keys(wider).some((key) => key.startsWith('$'))) return textOf(wider) === textOf(narrower)
  return Object.keys(wider).every((key) => Object.hasOwn(narrower, key) && isWider(wider[key], narrower[key]))
}

const isAskedAbout = (wider: Json, narrower: Json): boolean =>
  (wider.roleName === undefined || wider.roleName === narrower.roleName) && (wider.type === undefined || wider.type === narrower.type)

const subsumes = (wider: Json, narrower: Json): boolean => {
  if (!isAskedAbout(wider, narrower)) return false
  if (wider.engine === 'allow') return true
  if (wider.engine === 'matcho' && narrower.engine === 'matcho') return isWider(wider.matcho, narrower.matcho)
  return meaningOf(wider) === meaningOf(narrower)
}

const GLOBAL = ''

/** Says of each policy that another of its every link, or a global one, grants what it grants. */
export const lintUnreachable = (all: readonly Linked[]): void => {
  const byLink = new Map<string, Linked[]>()
  for (const one of all) {
    for (const link of one.links ?? [GLOBAL]) {
      const list = byLink.get(link)
      if (list) list.push(one)
      else byLink.set(link, [one])
    }
  }
  const order = new Map(all.map((one, at) => [one, at]))
  const later = (one: Linked, other: Linked): boolean => (order.get(one) ?? 0) > (order.get(other) ?? 0)
  const covering = (one: Linked, link: string): Linked | undefined => {
    const list = [...(byLink.get(link) ?? []), ...(link === GLOBAL ? [] : (byLink.get(GLOBAL) ?? []))]
    const candidates = list.length > MOST_PAIRED ? list.filter(({ policy }) => policy.engine === 'allow') : list
    return candidates.find(
      (other) => other !== one && subsumes(other.policy, one.policy) && (later(one, other) || !subsumes(one.policy, other.policy)),
    )
  }
  for (const one of all) {
    const covers = (one.links ?? [GLOBAL]).map((link) => covering(one, link))
    const [by] = covers
    if (by && covers.every((cover) => cover !== undefined)) {
      one.site.warning(`what this policy grants, ${String(by.policy.id)} grants already; leave it out, or narrow that one`, 'unreachable')
    }
  }
}
