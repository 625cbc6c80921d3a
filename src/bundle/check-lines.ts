// NDJSON before it is imported: every line read and checked, nothing of it kept but what is configuration, and the names of the rest.
import { CONFIGURATION_TYPES } from './configuration-types.ts'
import type { Diagnostic, Position } from './diagnostic.ts'
import { type Entry, lineEntry } from './entries.ts'
import type { LineNames } from './line-names.ts'
import { linesOf, NotText } from './lines.ts'
import type { LineSource } from './read.ts'
import type { Reporter } from './values.ts'

export interface CheckedLines {
  /** Configuration among the lines, to be applied with the rest of it. */
  readonly configuration: readonly Entry[]
  /** Lines that are to be imported. */
  readonly count: number
}

/** More than this of one file are counted, not listed. */
const MOST_DIAGNOSTICS = 1_000

export interface LineChecks {
  /** What other lines declared; what these declare is added. */
  readonly names: LineNames
  /** What is wrong with an entry, beyond its form. */
  check(entry: Entry): readonly Diagnostic[]
  /** Types that are skipped without a word: the caller has said it. */
  skips(type: string): boolean
}

const atLine = ({ file }: LineSource, line: number): Position => ({ file, line, col: 1 })

const duplicate = (entry: Entry, names: LineNames): Diagnostic | undefined => {
  const { type, id = '' } = entry
  const earlier = names.declare(type, id, entry.position)
  if (earlier === undefined) return undefined
  return { ...entry.locate(['id']), severity: 'error', code: 'duplicate-id', message: `${type}/${id} is declared at ${earlier} already` }
}

/** Reads and checks every line; problems go to the reporter, all of them, the first thousand word for word. */
export const checkLines = async (source: LineSource, { names, check, skips }: LineChecks, to: Reporter): Promise<CheckedLines> => {
  let reported = 0
  let more = 0
  const bounded: Reporter = {
    ...to,
    report: (...problem) => {
      if (reported++ < MOST_DIAGNOSTICS) to.report(...problem)
      else more++
    },
  }
  const configuration: Entry[] = []
  let count = 0
  try {
    for await (const { number, text } of linesOf(source)) {
      const entry = lineEntry(source.file, number, text, bounded)
      if (!entry || skips(entry.type)) continue
      if (CONFIGURATION_TYPES.has(entry.type)) {
        configuration.push(entry)
        continue
      }
      count++
      const twice = duplicate(entry, names)
      for (const { severity, code, message, ...position } of [...check(entry), ...(twice ? [twice] : [])]) {
        bounded.report(position, severity, code, message)
      }
    }
  } catch (error) {
    const line = error instanceof NotText ? error.line : 1
    const message = error instanceof NotText ? error.message : 'this cannot be read, or is not gzip'
    to.report(atLine(source, line), 'error', 'unreadable', message)
  }
  if (more > 0) to.report(atLine(source, 1), 'error', 'more', `${more} more problems in this file`)
  return { configuration, count }
}
