// A box on a socket of 127.0.0.1, for clients that bring their own HTTP.
import { createServer } from 'node:net'
import { type Box, type BoxOptions, createBox } from '../../src/box.ts'
import { listen } from '../../src/server.ts'

/** A port that nobody holds now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

export interface Served {
  readonly box: Box
  readonly base: string
  readonly port: number
  stop(): Promise<void>
}

/** Opens a box whose base URL is the socket that it listens on. `host` is the name in that URL. */
export const serveBox = async (options: Omit<BoxOptions, 'baseUrl'>, host = '127.0.0.1'): Promise<Served> => {
  const port = await freePort()
  const base = `http://${host}:${port}`
  const box = await createBox({ env: {}, ...options, baseUrl: base })
  const { stop } = await listen(box, { host: '127.0.0.1', port })
  return { box, base, port, stop }
}
