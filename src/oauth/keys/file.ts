// The key file: JWKs and the box's secret as JSON, mode 0600, never written in part.
import { chmod, link, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import type { JWK } from 'jose'
import type { SigningAlgorithm } from '../keys.ts'

/** A key; the private half is gone when it has retired. */
export interface KeyEntry {
  readonly alg: SigningAlgorithm
  readonly jwk: JWK
  /** Milliseconds since the epoch before which it does not sign. */
  readonly from?: number
}

/** What the file holds, newest keys first: of an algorithm, the first that may sign already does; those after it are retired. */
export interface KeyMaterial {
  readonly secret: string
  readonly keys: readonly KeyEntry[]
}

/** When a newer key of the same algorithm took over from each, newest first; undefined: it did not. */
export const supersededAt = (keys: readonly KeyEntry[], at: number): number | undefined =>
  keys.slice(0, at).findLast(({ alg }) => alg === keys[at]?.alg)?.from

/** The key file of a database. */
export const keyFileOf = (database: string): string => `${database}.keys.json`

const hasCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

/** The file's content, or undefined where there is no file. */
export const readKeyFile = async (file: string): Promise<KeyMaterial | undefined> => {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
  await chmod(file, 0o600)
  try {
    const material = JSON.parse(text) as KeyMaterial
    if (typeof material.secret === 'string' && Array.isArray(material.keys)) return material
  } catch {
    // falls through: the parser's message may quote the key
  }
  throw new Error(`the key file ${file} is damaged`)
}

/** Which file this is and when it was written; undefined where there is none. Another value: another content. */
export const keyFileStamp = async (file: string): Promise<string | undefined> => {
  try {
    const { ino, mtimeMs } = await stat(file)
    return `${ino} ${mtimeMs}`
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

const writeDurably = async (file: string, flags: 'w' | 'wx', material: KeyMaterial): Promise<void> => {
  const handle = await open(file, flags, 0o600)
  try {
    await handle.writeFile(JSON.stringify(material))
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Replaces the file as a whole. Rejects while another process is at it. */
export const replaceKeyFile = async (file: string, material: KeyMaterial): Promise<void> => {
  const draft = `${file}.rotated`
  await writeDurably(draft, 'wx', material)
  await rename(draft, file)
}

/** Writes a new file, durable before it gets its name. False when another process was first. */
export const createKeyFile = async (file: string, material: KeyMaterial): Promise<boolean> => {
  const draft = `${file}.${process.pid}.new`
  await writeDurably(draft, 'w', material)
  try {
    await link(draft, file)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await unlink(draft)
  }
}
