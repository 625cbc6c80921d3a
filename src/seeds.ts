// The principals that settings ask for (aidbox-behaviour §1.2): resources like any other, each granted by a policy and nothing magic.
import type { Entry } from './bundle/entries.ts'
import type { JsonValue } from './http/json.ts'

export interface SeedSettings {
  readonly rootClientSecret?: string | undefined
  readonly adminPassword?: string | undefined
}

const SETTINGS = { file: '(settings)', line: 1, col: 1 }

const entry = (resource: { readonly [name: string]: JsonValue }): Entry => ({
  position: SETTINGS,
  mode: 'list',
  source: SETTINGS.file,
  method: 'PUT',
  type: String(resource.resourceType),
  id: String(resource.id),
  resource,
  locate: () => SETTINGS,
})

const grant = (id: string, principal: string): Entry =>
  entry({ resourceType: 'AccessPolicy', id, engine: 'allow', description: 'Seeded from the settings.', link: [{ reference: principal }] })

/** Entries for `Client/root` and `User/admin`, where their settings are set. */
export const seedEntries = ({ rootClientSecret, adminPassword }: SeedSettings): readonly Entry[] => [
  ...(rootClientSecret
    ? [
        entry({
          resourceType: 'Client',
          id: 'root',
          secret: rootClientSecret,
          first_party: true,
          grant_types: ['client_credentials', 'basic'],
        }),
        grant('root-client-seed-policy', 'Client/root'),
      ]
    : []),
  ...(adminPassword
    ? [entry({ resourceType: 'User', id: 'admin', password: adminPassword }), grant('admin-seed-policy', 'User/admin')]
    : []),
]
