// One text of YAML or JSON to documents that keep their positions (security-requirements F15, C-04): no duplicate keys, no aliases,
// no merge keys, and the parser's warnings are errors. JSON is YAML 1.2, so both come this way.
import { type Document, LineCounter, visit } from 'yaml'
import { composeDocuments, GivenUp } from '../http/yaml-documents.ts'
import type { Diagnostic, Position } from './diagnostic.ts'

export interface Parsed {
  readonly documents: readonly Document[]
  readonly diagnostics: readonly Diagnostic[]
  /** The place of a character of the text. */
  at(offset: number): Position
}

/** Parses every document of the text; where `diagnostics` is not empty, `documents` must not be used. */
export const parseText = (file: string, text: string): Parsed => {
  const counter = new LineCounter()
  const at = (offset: number): Position => ({ file, ...counter.linePos(offset) })
  const options = { lineCounter: counter, merge: false, prettyErrors: false, logLevel: 'silent', version: '1.2' } as const
  const diagnostics: Diagnostic[] = []
  const error = (offset: number, code: string, message: string) => diagnostics.push({ ...at(offset), severity: 'error', code, message })
  let documents: readonly Document[] = []
  try {
    documents = composeDocuments(text, options)
  } catch (problem) {
    if (!(problem instanceof GivenUp)) throw problem
    error(problem.offset, 'syntax', problem.message)
  }
  for (const document of documents) {
    for (const problem of [...document.errors, ...document.warnings]) {
      error(problem.pos[0], problem.code === 'DUPLICATE_KEY' ? 'duplicate-key' : 'syntax', problem.message)
    }
    visit(document, {
      Alias: (_, alias) => void error(alias.range?.[0] ?? 0, 'alias', 'aliases are not read in bundles: write the value out'),
    })
  }
  return { documents, diagnostics, at }
}
