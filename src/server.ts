// A box on a socket: node:http in, the box's function out; requests in flight are finished before it stops.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Box } from './box.ts'
import type { Wire } from './http/canonical.ts'

export interface Listening {
  /** The port that was bound, also where 0 was asked for. */
  readonly port: number
  /** Takes no more connections, finishes what is under way (at most `GRACE_MS`), then closes the box. */
  stop(): Promise<void>
}

const GRACE_MS = 10_000
const LIMITS = { maxHeaderSize: 16_384, requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 30_000 }

const NOTHING = new Uint8Array()

/** Once the parser is through with the message, one `read` has all of it. */
const arrived = (incoming: IncomingMessage): Uint8Array | undefined => (incoming.complete ? (incoming.read() ?? NOTHING) : undefined)

const wireOf = (incoming: IncomingMessage): Wire => ({
  target: incoming.url ?? '/',
  rawHeaders: incoming.rawHeaders,
  remoteAddr: incoming.socket.remoteAddress,
  body: incoming,
  arrived: () => arrived(incoming),
})

const drained = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), GRACE_MS)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
  })

type Handle = (incoming: IncomingMessage, outgoing: ServerResponse) => unknown

/**
 * What arrives in one turn of the event loop is answered together at its end: the same code runs for all of it while the processor has
 * it at hand, answers leave in one go and writes share a commit. Under load that halves the price of a request; alone, one waits for nothing.
 */
const byTurns = (handle: Handle): Handle => {
  let arrived: Parameters<Handle>[] = []
  const answerAll = () => {
    const turn = arrived
    arrived = []
    for (const [incoming, outgoing] of turn) handle(incoming, outgoing)
  }
  return (incoming, outgoing) => {
    if (arrived.push([incoming, outgoing]) === 1) setImmediate(answerAll)
  }
}

const isIncoming = (value: unknown): value is IncomingMessage => typeof value === 'object' && value !== null && 'rawHeaders' in value

/** Listens. Rejects where the port is taken. */
export const listen = (box: Box, { host, port }: { readonly host: string; readonly port: number }): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const handle = getRequestListener((request, { incoming }) => box.fetch(request, isIncoming(incoming) ? wireOf(incoming) : undefined))
    const server = createServer(LIMITS, byTurns(handle))
    server.once('error', reject)
    server.listen(port, host, () => {
      const stop = async (): Promise<void> => {
        await drained(server)
        await box.close()
      }
      resolve({ port: (server.address() as AddressInfo).port, stop })
    })
  })
