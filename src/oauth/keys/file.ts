// The key file: private JWKs and the box's secret as JSON, mode 0600, written once and never in part.
import { chmod, link, open, readFile, unlink } from 'node:fs/promises'
import type { JWK } from 'jose'
import type { SigningAlgorithm } from '../keys.ts'

/** What the file holds. The first key of an algorithm signs; later ones of the same algorithm are retiring. */
export interface KeyMaterial {
  readonly secret: string
  readonly keys: ReadonlyArray<{ readonly alg: SigningAlgorithm; readonly jwk: JWK }>
}

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

/** Writes a new file, durable before it gets its name. False when another process was first. */
export const createKeyFile = async (file: string, material: KeyMaterial): Promise<boolean> => {
  const draft = `${file}.${process.pid}.new`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(JSON.stringify(material))
    await handle.sync()
  } finally {
    await handle.close()
  }
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
