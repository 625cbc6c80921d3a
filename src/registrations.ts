// Clients that register themselves are configuration like any other: compiled beside the running tables, stored and swapped in as one.
import type { Entry } from './bundle/entries.ts'
import type { Submitted } from './bundle/submit.ts'
import type { JsonValue } from './http/json.ts'
import type { Provider } from './oauth/provider.ts'
import type { Client } from './oauth/types/client.ts'

const HERE = { file: '(registration)', line: 1, col: 1 }

const entryOf = (method: 'PUT' | 'DELETE', client: Client): Entry => ({
  position: HERE,
  mode: 'list',
  source: HERE.file,
  method,
  type: 'Client',
  id: client.id,
  resource: method === 'DELETE' ? {} : (structuredClone(client) as unknown as Record<string, JsonValue>),
  locate: () => HERE,
})

/** The port of oauth/registration over what applies bundles. */
export const registrationsOf = (submit: (entries: readonly Entry[]) => Promise<readonly Submitted[]>): Provider['registrations'] => {
  const one = async (entry: Entry): Promise<string | undefined> => {
    const [submitted] = await submit([entry])
    return submitted?.ok ? undefined : (submitted?.message ?? 'it was refused')
  }
  return {
    put: (client) => one(entryOf('PUT', client)),
    remove: async (client) => {
      // A policy may be linked to it: then it stays, and is good for nothing.
      if ((await one(entryOf('DELETE', client))) !== undefined) await one(entryOf('PUT', { ...client, active: false }))
    },
  }
}
