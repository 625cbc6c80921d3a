// Guessing passwords (security-requirements L-06): six bad ones a minute per account and address. It is per address, so that nobody
// can lock another out, and in memory, since a restart costs an attacker more than it gives.
import type { Provider } from '../provider.ts'

const WINDOW = 60_000
const LIMIT = 6
const MAX_KEYS = 10_000

/** By store, which outlives the tables: a reload must not forget. */
const attempts = new WeakMap<Provider['records'], Map<string, number[]>>()

/** Counts an attempt before its password is looked at, so that parallel guesses count too; seconds to wait, or how to forgive it. */
export const countAttempt = (
  { records, clock }: Provider,
  account: string,
  address: string | undefined,
): { readonly wait: number } | { readonly forgive: () => void } => {
  const now = clock.now()
  const counts = attempts.get(records) ?? new Map<string, number[]>()
  attempts.set(records, counts)
  if (counts.size > MAX_KEYS) for (const [key, times] of counts) if ((times.at(-1) ?? 0) <= now - WINDOW) counts.delete(key)
  const key = JSON.stringify([account.toLowerCase().slice(0, 256), address ?? ''])
  const recent = (counts.get(key) ?? []).filter((time) => time > now - WINDOW)
  if (recent.length >= LIMIT) return { wait: Math.ceil(((recent[0] ?? now) + WINDOW - now) / 1_000) }
  counts.set(key, [...recent, now])
  return { forgive: () => void counts.delete(key) }
}
