// A closed loop over raw sockets: a fixed number of requests in flight, every answer's status checked.
import { connect, type Socket } from 'node:net'

export interface Load {
  readonly port: number
  readonly inFlight: number
  readonly seconds: number
  /** The bytes of the next request. */
  readonly next: () => Buffer
  readonly status: number
}

export interface Sequence {
  readonly warmUp: number
  readonly requests: number
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** Bytes of the first whole answer in the buffer, or 0. */
const answerLength = (buffer: Buffer, status: number): number => {
  const end = buffer.indexOf(HEAD_END)
  if (end < 0) return 0
  const head = buffer.subarray(0, end).toString('latin1')
  if (!head.startsWith(`HTTP/1.1 ${status}`))
    throw new Error(`expected ${status}: ${head.slice(0, 80)} ${buffer.subarray(end + 4, end + 400)}`)
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(head) ?? []
  if (length === undefined) throw new Error('an answer without content-length')
  const whole = end + 4 + Number(length)
  return buffer.length >= whole ? whole : 0
}

const loop = (load: Load, isOver: () => boolean, answered: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket: Socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true }, () => socket.write(load.next()))
    let buffer: Buffer = Buffer.alloc(0)
    socket.on('error', reject)
    socket.on('data', (data) => {
      buffer = buffer.length === 0 ? data : Buffer.concat([buffer, data])
      try {
        const length = answerLength(buffer, load.status)
        if (length === 0) return
        buffer = buffer.subarray(length)
        answered()
        if (!isOver()) socket.write(load.next())
        else socket.end(() => resolve())
      } catch (error) {
        socket.destroy()
        reject(error)
      }
    })
  })

/** Runs the load; resolves to the number of answers. */
export const run = async (load: Load): Promise<number> => {
  let count = 0
  const end = performance.now() + load.seconds * 1000
  const isOver = () => performance.now() >= end
  await Promise.all(Array.from({ length: load.inFlight }, () => loop(load, isOver, () => count++)))
  return count
}

/** An HTTP/1.1 request as bytes. */
export const request = (method: string, path: string, headers: Readonly<Record<string, string>>, body = ''): Buffer => {
  const all = { host: 'localhost', ...headers, ...(body && { 'content-length': String(Buffer.byteLength(body)) }) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** Median microseconds of requests that are made one after the other on one connection, the first of them left out. */
export const medianMicroseconds = async (port: number, next: () => Buffer, { warmUp, requests }: Sequence): Promise<number> => {
  const samples: number[] = []
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let buffer: Buffer = Buffer.alloc(0)
  let began = 0
  const send = (): void => {
    const bytes = next()
    began = performance.now()
    socket.write(bytes)
  }
  socket.once('connect', send)
  for await (const data of socket) {
    buffer = buffer.length === 0 ? data : Buffer.concat([buffer, data])
    const length = answerLength(buffer, 200)
    if (length === 0) continue
    samples.push((performance.now() - began) * 1000)
    buffer = buffer.subarray(length)
    if (samples.length === warmUp + requests) break
    send()
  }
  const kept = samples.slice(warmUp).sort((one, other) => one - other)
  return kept[Math.floor(kept.length / 2)] ?? Number.NaN
}
