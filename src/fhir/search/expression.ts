// Reads the subset of FHIRPath in which SearchParameter.expression is written: paths, as, ofType, where, resolve() is, [n], unions.

export type Step =
  | { readonly kind: 'element'; readonly name: string }
  | { readonly kind: 'as'; readonly type: string }
  /** `where(url = 'x')`, `where(code.coding.code = 'x')` */
  | { readonly kind: 'where'; readonly names: readonly string[]; readonly value: string | boolean }
  | { readonly kind: 'resolves'; readonly type: string }
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'extension'; readonly url: string }
  /** `x.exists() and x != false` (Patient-deceased): true or false, never empty. */
  | { readonly kind: 'holds' }

/** One operand of a union: the steps from the resource (or, in a component, from its element). */
export type Path = readonly Step[]

const TOKEN = /\s*(?:([A-Za-z_]\w*)|'([^']*)'|(\d+)|(!=|[.()[\]|=]))/y
const HOLDS = /^([\w.]+)\.exists\(\) and \1 != false$/

interface Reader {
  readonly tokens: readonly string[]
  at: number
}

const tokenize = (text: string): string[] => {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const found = TOKEN.exec(text)
    if (!found) throw new Error(`this expression is not understood: ${text}`)
    tokens.push(found[2] === undefined ? found[0].trim() : `'${found[2]}`)
  }
  return tokens
}

const next = (reader: Reader): string => reader.tokens[reader.at++] ?? ''

const expect = (reader: Reader, ...tokens: readonly string[]): void => {
  for (const token of tokens) {
    if (next(reader) !== token) throw new Error(`'${token}' was expected in ${reader.tokens.join(' ')}`)
  }
}

const word = (reader: Reader): string => {
  const token = next(reader)
  if (!/^\w/.test(token)) throw new Error(`a name was expected in ${reader.tokens.join(' ')}`)
  return token
}

const literal = (reader: Reader): string => {
  const token = next(reader)
  if (!token.startsWith("'")) throw new Error(`a literal was expected in ${reader.tokens.join(' ')}`)
  return token.slice(1)
}

const readWhere = (reader: Reader): Step => {
  const names = [word(reader)]
  if (names[0] !== 'resolve') {
    for (; reader.tokens[reader.at] === '.'; names.push(word(reader))) reader.at++
    expect(reader, '=')
    const token = reader.tokens[reader.at]
    if (token !== 'true' && token !== 'false') return { kind: 'where', names, value: literal(reader) }
    reader.at++
    return { kind: 'where', names, value: token === 'true' }
  }
  expect(reader, '(', ')', 'is')
  return { kind: 'resolves', type: word(reader) }
}

const readCall = (reader: Reader, name: string): Step => {
  if (name === 'where') return readWhere(reader)
  if (name === 'as' || name === 'ofType') return { kind: 'as', type: word(reader) }
  if (name === 'first') return { kind: 'index', at: 0 }
  if (name === 'extension') return { kind: 'extension', url: literal(reader) }
  throw new Error(`the function ${name} is not supported in a search parameter`)
}

const readStep = (reader: Reader): Step => {
  const name = word(reader)
  if (reader.tokens[reader.at] !== '(') return { kind: 'element', name }
  reader.at++
  const step = readCall(reader, name)
  expect(reader, ')')
  return step
}

const readPath = (reader: Reader): Path[] => {
  let paths: Path[]
  if (reader.tokens[reader.at] === '(') {
    reader.at++
    paths = readUnion(reader)
    expect(reader, ')')
  } else paths = [[readStep(reader)]]
  for (;;) {
    const token = reader.tokens[reader.at]
    let step: Step
    if (token === '.') {
      reader.at++
      step = readStep(reader)
    } else if (token === '[') {
      reader.at++
      step = { kind: 'index', at: Number(next(reader)) }
      expect(reader, ']')
    } else if (token === 'as') {
      reader.at++
      step = { kind: 'as', type: word(reader) }
    } else return paths
    paths = paths.map((path) => [...path, step])
  }
}

const readUnion = (reader: Reader): Path[] => {
  const paths = readPath(reader)
  while (reader.tokens[reader.at] === '|') {
    reader.at++
    paths.push(...readPath(reader))
  }
  return paths
}

/** The paths of an expression's union, in order. Throws where the expression is outside of the subset. */
export const parseExpression = (text: string): readonly Path[] => {
  const holds = HOLDS.exec(text)?.[1]
  if (holds) return [[...holds.split('.').map((name): Step => ({ kind: 'element', name })), { kind: 'holds' }]]
  const reader = { tokens: tokenize(text), at: 0 }
  const paths = readUnion(reader)
  if (reader.at < reader.tokens.length) throw new Error(`this expression is not understood: ${text}`)
  return paths
}

/** The paths that apply to a resource type, without their first name. */
export const pathsOf = (text: string, type: string): readonly Path[] =>
  parseExpression(text).flatMap((path) => {
    const first = path[0]
    const applies = first?.kind === 'element' && [type, 'Resource', 'DomainResource'].includes(first.name)
    return applies ? [path.slice(1)] : []
  })
