// A box's keys: those that it is given, those of its settings, or those of the file beside its database.
import type { BoxOptions } from './box.ts'
import type { Clock, Random } from './http/runtime.ts'
import { keyFileOf } from './oauth/keys/file.ts'
import { type KeyOptions, openKeys } from './oauth/keys/open.ts'
import { watchKeys } from './oauth/keys/watch.ts'
import type { Keys } from './oauth/keys.ts'

type Given = Pick<BoxOptions, 'keys' | 'privatePem' | 'publicPem' | 'secret'>

interface Ground {
  /** The database. */
  readonly data: string
  readonly random: Random
  readonly clock: Clock
}

const keyOptions = ({ privatePem, publicPem, secret }: Given, { data, random, clock }: Ground): KeyOptions => ({
  random,
  clock,
  ...(data !== ':memory:' && { file: keyFileOf(data) }),
  ...(privatePem !== undefined && { privatePem }),
  ...(publicPem !== undefined && { publicPem }),
  ...(secret !== undefined && { secret }),
})

export interface BoxKeys {
  readonly keys: Keys
  /** Answers them anew once the key file has changed, else undefined. */
  readonly rotated: () => Promise<Keys | undefined>
}

/** Makes the file where there is none, which takes a while. */
export const openBoxKeys = async (given: Given, ground: Ground): Promise<BoxKeys> => {
  const options = keyOptions(given, ground)
  return { keys: given.keys ?? (await openKeys(options)), rotated: await watchKeys(options) }
}
