// Processes under measurement: pinned to one core, their CPU time and memory as the kernel counts them (proc(5)).
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'

/** The measured process runs here, everything else on the other core. */
export const SERVER_CORE = '0'
export const LOAD_CORE = '1'
const TICKS_PER_SECOND = 100

/** Keeps this process off the measured core. */
export const stepAside = (): void => {
  spawnSync('taskset', ['-a', '-cp', LOAD_CORE, String(process.pid)])
}

export interface Pinned {
  readonly child: ChildProcess
  readonly pid: number
  /** What it wrote to stdout until it ended. */
  readonly output: Promise<string>
  stop(): Promise<void>
}

/** Starts a node process on the measured core. */
export const startPinned = (args: readonly string[], { keep = false } = {}): Pinned => {
  const child = spawn('taskset', ['-c', SERVER_CORE, process.execPath, ...args], { stdio: ['ignore', keep ? 'pipe' : 'ignore', 'inherit'] })
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  child.once('close', () => process.off('exit', end))
  let text = ''
  child.stdout?.on('data', (data) => {
    text += data
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  if (child.pid === undefined) throw new Error('taskset could not be started')
  return { child, pid: child.pid, output: ended.then(() => text), stop }
}

/** CPU seconds, user and system, that the process has used. */
export const cpuSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** The most that was resident at once, in megabytes. */
export const peakMegabytes = (pid: number): number => {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

/** Proportional set size in megabytes. */
export const pssMegabytes = (pid: number): number => {
  const [, kilobytes] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

const ready = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write('GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'))
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString('latin1').startsWith('HTTP/1.1 200'))
    })
    socket.once('error', () => resolve(false))
  })

const PATIENCE_MS = 30_000

/** Milliseconds until `GET /health` answers 200. */
export const untilReady = async (port: number, { child }: Pinned, patience = PATIENCE_MS): Promise<number> => {
  const began = performance.now()
  while (!(await ready(port))) {
    const waited = performance.now() - began
    if (child.exitCode !== null) throw new Error('the server ended before it answered')
    if (waited > patience) throw new Error('the server did not answer')
    // Asked less often the longer it takes: to a thousandth of the figure.
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, waited / 1000)))
  }
  return performance.now() - began
}
