// Raw sockets: what a client library would not send, and many requests in the same moment.
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** Names in lower case; of a repeated one the last. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

const parse = (text: string): RawAnswer => {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const headers = new Map(
    fields.map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 1).trim()]),
  )
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0), headers, body: rest.join('\r\n\r\n') }
}

const open = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket))
    socket.once('error', reject)
  })

/** Everything that is answered until the server closes; what the server resets counts as closed. */
const answered = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    socket.on('data', (data) => {
      text += data.toString('latin1')
    })
    socket.once('close', () => resolve(text))
    socket.on('error', () => resolve(text))
  })

/** Sends the bytes as they are; the request must ask for `connection: close`, or be one after which the server closes. */
export const exchange = async (port: number, bytes: string): Promise<RawAnswer> => {
  const socket = await open(port)
  const all = answered(socket)
  socket.write(Buffer.from(bytes, 'latin1'))
  return parse(await all)
}

/** The same request on `count` sockets that are all open before the first byte is sent. */
export const volley = async (port: number, bytes: string, count: number): Promise<readonly RawAnswer[]> => {
  const sockets = await Promise.all(Array.from({ length: count }, () => open(port)))
  const all = sockets.map(answered)
  for (const socket of sockets) socket.write(bytes)
  return (await Promise.all(all)).map(parse)
}

/** A form post as bytes. */
export const formPost = (path: string, form: Readonly<Record<string, string>>): string => {
  const body = new URLSearchParams(form).toString()
  const head = ['host: localhost', 'connection: close', 'content-type: application/x-www-form-urlencoded', `content-length: ${body.length}`]
  return `POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`
}
