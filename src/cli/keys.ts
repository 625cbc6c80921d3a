// `emberbox keys rotate`: new signing keys in the key file beside the database, while the server runs or not.
import { keyFileOf } from '../oauth/keys/file.ts'
import { rotateKeyFile } from '../oauth/keys/rotate.ts'
import type { CommandLine } from './options.ts'

const when = (time: number): string => new Date(time).toISOString()

/** Exit status 2 for anything but `rotate`. Rejects where there is no key file. */
export const keys = async ({ paths, settings, discard }: CommandLine): Promise<number> => {
  if (paths.length !== 1 || paths[0] !== 'rotate') {
    console.error('emberbox keys rotate [--data FILE] [--discard]')
    return 2
  }
  if (settings.privatePem !== undefined) throw new Error('the signing key is given by a setting: change it there')
  const file = keyFileOf(settings.data)
  const { from, kept, dropped } = await rotateKeyFile(file, { clock: { now: () => Date.now() }, discard })
  console.log(`${file}: new keys, which sign from ${when(from)} on; ${kept} kept, ${dropped} dropped`)
  console.log('A running server publishes them within a minute. Back the file up: it is not in the database.')
  return 0
}
