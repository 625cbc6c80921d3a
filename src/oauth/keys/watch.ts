// A running server follows its key file: `emberbox keys rotate` writes it from another process.
import type { Keys } from '../keys.ts'
import { keyFileStamp } from './file.ts'
import { type KeyOptions, openKeys } from './open.ts'

/** Answers the keys anew whenever the file is another one than at the last call; undefined while it is the same, or where there is no file. */
export const watchKeys = async (options: KeyOptions): Promise<() => Promise<Keys | undefined>> => {
  const { file } = options
  let seen = file === undefined ? undefined : await keyFileStamp(file)
  return async () => {
    const stamp = file === undefined ? undefined : await keyFileStamp(file)
    // A file that is gone is no reason to make another one: what is in memory goes on.
    if (stamp === undefined || stamp === seen) return undefined
    const keys = await openKeys(options)
    seen = stamp
    return keys
  }
}
