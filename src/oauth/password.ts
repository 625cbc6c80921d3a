// User passwords: scrypt N=2^15 r=8 p=3, stored as `$scrypt$ln=15,r=8,p=3$salt$key`; Aidbox's `$s0$f0801$salt$key` is verified too
// (aidbox-behaviour §2.2). One hash at a time, so that a small machine survives a login storm.
import { scrypt, timingSafeEqual } from 'node:crypto'
import type { Random } from '../http/runtime.ts'

interface Stored {
  readonly logN: number
  readonly r: number
  readonly p: number
  readonly salt: Buffer
  readonly key: Buffer
}

const OURS = { logN: 15, r: 8, p: 3 }
/** Verified for unknown users, so that they take as long as known ones (security-requirements L-05). Matches no password. */
const NOBODY: Stored = { ...OURS, salt: Buffer.alloc(16), key: Buffer.alloc(32) }

let queue: Promise<unknown> = Promise.resolve()

const derive = (password: string, { logN, r, p, salt }: Omit<Stored, 'key'>, length: number): Promise<Buffer> => {
  const run = () =>
    new Promise<Buffer>((resolve, reject) => {
      const options = { N: 2 ** logN, r, p, maxmem: 256 * 2 ** logN * r }
      scrypt(Buffer.from(password, 'utf8'), salt, length, options, (error, key) => (error ? reject(error) : resolve(key)))
    })
  const result = queue.then(run)
  queue = result.catch(() => undefined)
  return result
}

const bounded = (stored: Stored): Stored | undefined => {
  const { logN, r, p, salt, key } = stored
  const within = (value: number, most: number) => value >= 1 && value <= most
  return within(logN, 17) && within(r, 16) && within(p, 8) && within(salt.length, 64) && key.length >= 16 && key.length <= 64
    ? stored
    : undefined
}

const parse = (value: string): Stored | undefined => {
  const own = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]+)$/.exec(value)
  if (own) {
    const [, logN, r, p, salt = '', key = ''] = own
    return bounded({
      logN: Number(logN),
      r: Number(r),
      p: Number(p),
      salt: Buffer.from(salt, 'base64url'),
      key: Buffer.from(key, 'base64url'),
    })
  }
  const aidbox = /^\$s0\$([0-9a-f]{1,6})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/.exec(value)
  if (!aidbox) return undefined
  const [, hex = '', salt = '', key = ''] = aidbox
  const bits = Number.parseInt(hex, 16)
  return bounded({
    logN: bits >> 16,
    r: (bits >> 8) & 0xff,
    p: bits & 0xff,
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  })
}

/** Is the value a stored hash (ours or Aidbox's) and not a clear password? */
export const isPasswordHash = (value: string): boolean => parse(value) !== undefined

/** The stored form of a clear password. */
export const hashPassword = async (password: string, random: Random): Promise<string> => {
  const salt = Buffer.from(random.bytes(16))
  const key = await derive(password, { ...OURS, salt }, 32)
  return `$scrypt$ln=${OURS.logN},r=${OURS.r},p=${OURS.p}$${salt.toString('base64url')}$${key.toString('base64url')}`
}

/** Does the password match? Takes as long for a user without a password, or no user (`stored` undefined): then false. */
export const verifyPassword = async (password: string, stored: string | undefined): Promise<boolean> => {
  const known = stored === undefined ? undefined : parse(stored)
  const { key, ...parameters } = known ?? NOBODY
  const equal = timingSafeEqual(await derive(password, parameters, key.length), key)
  return equal && known !== undefined
}
