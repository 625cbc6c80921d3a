// The process's log: JSON lines on stdout, written some thousand characters at a time, for each write costs more than its lines.
import { pino } from 'pino'
import type { Log } from '../http/runtime.ts'

const hidden = () => '[Redacted]'
/** No line is made of these; should one ever be, this is what it says. */
const SECRETS = { authorization: hidden, cookie: hidden, password: hidden, secret: hidden }

const GATHERED = 8_000
const LONGEST_WAIT_MS = 500

/** A log whose last lines are written when the process ends, however it ends. */
export const openLog = (): Log => {
  const out = pino.destination({ sync: true })
  let lines = ''
  const flush = (): void => {
    if (lines !== '') out.write(lines)
    lines = ''
  }
  const write = (line: string): void => {
    lines += line
    if (lines.length > GATHERED) flush()
  }
  setInterval(flush, LONGEST_WAIT_MS).unref()
  process.once('exit', flush)
  return pino({ base: null, serializers: SECRETS }, { write })
}
