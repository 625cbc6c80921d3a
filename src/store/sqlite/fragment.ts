// SQL text with its values: fragments splice, everything else binds, so that a value can never become text.

export type Value = string | number | null

export interface Sql {
  readonly text: string
  readonly values: readonly Value[]
}

/** Template tag: a nested fragment is spliced in place, any other value becomes a bound `?`. */
export const sql = (strings: TemplateStringsArray, ...parts: readonly (Sql | Value)[]): Sql => {
  let text = strings[0] ?? ''
  const values: Value[] = []
  parts.forEach((part, at) => {
    if (part !== null && typeof part === 'object') {
      text += part.text
      for (const value of part.values) values.push(value)
    } else {
      text += '?'
      values.push(part)
    }
    text += strings[at + 1] ?? ''
  })
  return { text, values }
}

/** Text of this program, never of a request. */
export const raw = (text: string): Sql => ({ text, values: [] })

export const TRUE = raw('1')
export const FALSE = raw('0')

/** Fragments with a word between them. */
export const join = (parts: readonly Sql[], separator: string): Sql => ({
  text: parts.map((part) => part.text).join(separator),
  values: parts.flatMap((part) => part.values),
})

/** The values as a parenthesised list for IN. */
export const list = (values: readonly Value[]): Sql => ({ text: `(${values.map(() => '?').join(',')})`, values })

/**
 * At most so many rows. The sign says nothing but to SQLite, which plans a statement anew, at each execution, whose limit is a bare `?`: it
 * looks at the value (sqlite3ExprIsInteger, since 3.47).
 */
export const limit = (count: number): Sql => sql`LIMIT +${count}`
