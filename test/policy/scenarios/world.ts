// A box for one scenario: the resources that a document prints, and requests as whom it names.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Box, BundleError, createBox } from '../../../src/box.ts'
import type { Diagnostic } from '../../../src/bundle/diagnostic.ts'

export type Resource = { readonly resourceType: string; readonly [name: string]: unknown }
export type As = Record<string, string>

export interface World {
  readonly box: Box
  /** Basic credentials of a client that `client` made. */
  basic(client: string): As
  /** A token of a user that `user` made, by the password grant of the client `portal`. */
  token(user: string, client?: string): Promise<As>
  /** The status of a request; a body is sent as JSON. */
  status(as: As, method: string, path: string, body?: unknown): Promise<number>
  ids(as: As, path: string): Promise<readonly string[]>
  close(): Promise<void>
}

export const client = (id: string): Resource => ({
  resourceType: 'Client',
  id,
  secret: `${id}-secret`,
  grant_types: ['basic', 'password'],
  auth: { password: {} },
})
export const user = (id: string, members: object = {}): Resource => ({ resourceType: 'User', id, password: `${id}-password`, ...members })
export const policy = (id: string, members: object): Resource => ({ resourceType: 'AccessPolicy', id, ...members })
export const NOBODY: As = {}

const written = async <Result>(resources: readonly Resource[], use: (file: string) => Promise<Result>): Promise<Result> => {
  const folder = mkdtempSync(join(tmpdir(), 'emberbox-scenario-'))
  try {
    writeFileSync(join(folder, 'bundle.json'), JSON.stringify(resources))
    return await use(join(folder, 'bundle.json'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const BASE = 'https://box.example'
const open = (resources: readonly Resource[]): Promise<Box> =>
  written(resources, (file) => createBox({ bundles: [file], baseUrl: BASE, env: {} }))

/** What is wrong with a policy: a bundle that holds it is refused. */
export const refusal = async (source: Resource): Promise<readonly Diagnostic[]> => {
  try {
    const box = await open([source])
    await box.close()
    return []
  } catch (error) {
    if (error instanceof BundleError) return error.diagnostics
    throw error
  }
}

export const world = async (...resources: readonly Resource[]): Promise<World> => {
  const box = await open([client('portal'), ...resources])
  const ask = (as: As, method: string, path: string, body?: unknown): Promise<Response> => {
    const headers = body === undefined ? as : { 'content-type': 'application/json', ...as }
    return box.request(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  }
  return {
    box,
    basic: (id) => ({ authorization: `Basic ${Buffer.from(`${id}:${id}-secret`).toString('base64')}` }),
    token: async (name, through = 'portal') => {
      const form = {
        grant_type: 'password',
        client_id: through,
        client_secret: `${through}-secret`,
        username: name,
        password: `${name}-password`,
      }
      const response = await box.request('/auth/token', { method: 'POST', body: new URLSearchParams(form) })
      const { access_token } = (await response.json()) as { access_token?: string }
      if (access_token === undefined) throw new Error(`${name} is not signed in: ${response.status}`)
      return { authorization: `Bearer ${access_token}` }
    },
    status: async (...asked) => (await ask(...asked)).status,
    ids: async (as, path) => {
      const { entry = [] } = (await (await ask(as, 'GET', path)).json()) as { entry?: Array<{ resource: { id: string } }> }
      return entry.map(({ resource }) => resource.id)
    },
    close: () => box.close(),
  }
}
