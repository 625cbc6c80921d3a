// The json-schema engine: draft-07 by Ajv, strict and by own properties only. `constant` is Aidbox's `const`, also with
// `{$data: '#/jwt/pid'}` (aidbox-behaviour §0.1); Ajv's own `$data` passes when the data is missing, so it is not used.
import { createRequire } from 'node:module'
import type { Ajv } from 'ajv'
import type { Mismatch, Site } from './diagnostics.ts'
import { type Matcher, never } from './matcho/matcher.ts'
import { compileRegex } from './matcho/regex.ts'
import { RegexRefused } from './matcho/regex-parse.ts'
import { at, equal, isMap } from './matcho/value.ts'
import { ownMembers } from './request-object.ts'

/** It reads an object that is made for it. */
const COST = 32

const ENGINE = Object.assign((pattern: string) => ({ test: compileRegex(pattern) }), { code: 'compileRegex' })

const pointer = (argument: unknown): readonly string[] | undefined => {
  const text = isMap(argument) && Object.keys(argument).length === 1 ? argument.$data : undefined
  if (typeof text !== 'string' || !text.startsWith('#/')) return undefined
  return text
    .slice(2)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

const mentions = (schema: unknown, key: string): boolean => {
  if (Array.isArray(schema)) return schema.some((one) => mentions(one, key))
  return isMap(schema) && Object.entries(schema).some(([name, one]) => name === key || mentions(one, key))
}

/** Loaded with the first policy of this engine, at once, since tables compile in one step; most processes have none. */
const require = createRequire(import.meta.url)
const loadAjv = (): typeof import('ajv') => require('ajv')
const loadFormats = (): typeof import('ajv-formats') => require('ajv-formats')

const createAjv = (): Ajv => {
  const { Ajv } = loadAjv()
  const ajv = new Ajv({
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    ownProperties: true,
    logger: false,
    code: { regExp: ENGINE },
  })
  loadFormats().default(ajv)
  ajv.removeKeyword('const')
  for (const keyword of ['const', 'constant']) {
    ajv.addKeyword({
      keyword,
      errors: false,
      compile: (argument: unknown) => {
        const segments = pointer(argument)
        if (!segments && mentions(argument, '$data')) throw new Error('$data needs a pointer from the root, as in #/jwt/pid')
        return (data: unknown, context) => equal(data, segments ? at(context?.rootData, segments) : argument)
      },
    })
  }
  ajv.addKeyword('optional')
  return ajv
}

/** Compiles the schema of a policy; it is asked of the whole request object. */
export const compileJsonSchema = (schema: unknown, site: Site): Matcher => {
  if (!isMap(schema) || Object.keys(schema).length === 0) {
    site.error('an empty schema is true of every request; say what must hold')
    return never(schema)
  }
  try {
    const validate = createAjv().compile(schema)
    if (validate({})) site.warning('this schema is true of an empty request: list what must be there in `required`')
    const explain = (path: readonly string[]): Mismatch => {
      const error = validate.errors?.[0]
      const where = error?.instancePath.split('/').slice(1) ?? []
      return { expected: error?.message ?? 'the schema', but: error?.params ?? null, path: [...path, ...where] }
    }
    return {
      cost: COST,
      test: (value) => validate(isMap(value) ? ownMembers(value) : value),
      explain: (value, _request, path) => (validate(isMap(value) ? ownMembers(value) : value) ? undefined : explain(path)),
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it does not compile'
    site.error(error instanceof RegexRefused ? `a regular expression of the schema is refused: ${why}` : `the schema is refused: ${why}`)
    return never(schema)
  }
}
