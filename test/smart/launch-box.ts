// What launches need of a box: single-use records in memory, a clock that the test turns, one user `u`.
import type { Client } from '../../src/oauth/types/client.ts'

export const launchBox = (clients: readonly Client[]) => {
  const once = new Map<string, { value: string; expires: number }>()
  const clock = { at: 1_700_000_000_000, now: () => clock.at }
  let drawn = 0
  return {
    issuer: 'https://box.example',
    fhirBases: ['https://box.example/fhir', 'https://box.example'],
    clients: new Map(clients.map((client) => [client.id, client])),
    users: { byId: async (id: string) => (id === 'u' ? { resourceType: 'User' as const, id } : undefined) },
    records: {
      putOnce: async (_kind: string, key: string, value: string, expires: number) => void once.set(key, { value, expires }),
      peekOnce: async (_kind: string, key: string) => once.get(key),
      takeOnce: async (_kind: string, key: string) => {
        const found = once.get(key)
        once.delete(key)
        return found
      },
    },
    keys: { secret: () => new Uint8Array(32).fill(7) },
    clock,
    random: { bytes: (length: number) => new Uint8Array(length).fill(drawn++) },
  }
}
