// Settings of the process: environment variables in Aidbox's names (aidbox-behaviour §1.3), of those that have a meaning here.

import { VALIDATION_MODES, type ValidationMode } from './fhir/validated.ts'

export interface Settings {
  readonly baseUrl: string
  readonly port: number
  readonly host: string
  /** A file path, or `:memory:`. */
  readonly data: string
  readonly paths: readonly string[]
  readonly allowEgress: readonly string[]
  readonly privatePem: string | undefined
  readonly publicPem: string | undefined
  readonly secret: string | undefined
  readonly rootClientSecret: string | undefined
  readonly adminPassword: string | undefined
  readonly corsEnabled: boolean
  readonly corsOrigins: readonly string[]
  /** Bytes. */
  readonly maxBody: number
  readonly devMode: boolean
  readonly validation: ValidationMode
  readonly bundleValidation: readonly PathMode[]
  /** Of whether references lead to something, where it is not as the validation is. */
  readonly references?: ValidationMode
  readonly bundleReferences: readonly PathMode[]
  /** Is `aidbox-validation-skip: reference` honoured. */
  readonly skipReference: boolean
}

interface PathMode {
  readonly path: string
  readonly mode: ValidationMode
}

export interface Given {
  readonly paths?: readonly string[]
  readonly port?: string | undefined
  readonly host?: string | undefined
  readonly baseUrl?: string | undefined
  readonly data?: string | undefined
  readonly allowEgress?: readonly string[]
  /** `report`, or `report=path`. */
  readonly validation?: readonly string[]
  /** The same of references. */
  readonly references?: readonly string[]
}

/** A setting that cannot be used; the message names it, never its value. */
export class SettingError extends Error {}

const list = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

const integer = (name: string, text: string | undefined, fallback: number): number => {
  if (text === undefined || text === '') return fallback
  if (!/^\d{1,9}$/.test(text)) throw new SettingError(`${name} must be a whole number`)
  return Number(text)
}

const portOf = (text: string | undefined): number => {
  const port = integer('the port', text, 8080)
  if (port < 1 || port > 65_535) throw new SettingError('the port must be from 1 to 65535')
  return port
}

const flag = (name: string, text: string | undefined, fallback: boolean): boolean => {
  if (text === undefined || text === '') return fallback
  if (text !== 'true' && text !== 'false') throw new SettingError(`${name} must be true or false`)
  return text === 'true'
}

const baseUrlOf = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username)
    throw new SettingError('the base URL must be an absolute http(s) URL')
  return text.replace(/\/+$/, '')
}

const originsOf = (origins: readonly string[]): string[] =>
  origins.map((origin) => {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new SettingError(`--allow-egress takes an origin such as http://localhost:4567, not ${origin}`)
    return origin
  })

const modeOf = (name: string, text: string): ValidationMode => {
  const mode = VALIDATION_MODES.find((one) => one === text)
  if (!mode) throw new SettingError(`${name} is ${VALIDATION_MODES.join(', ')}, for all or for a path as in report=data/`)
  return mode
}

/** The last mode without a path is that of everything else. */
const modesOf = (
  name: string,
  texts: readonly string[],
): { readonly all: ValidationMode | undefined; readonly paths: readonly PathMode[] } => {
  const split = texts.map((text): readonly [ValidationMode, string | undefined] => {
    const at = text.indexOf('=')
    return at < 0 ? [modeOf(name, text), undefined] : [modeOf(name, text.slice(0, at)), text.slice(at + 1)]
  })
  return {
    all: split.findLast(([, path]) => path === undefined)?.[0],
    paths: split.flatMap(([mode, path]) => (path === undefined ? [] : [{ path, mode }])),
  }
}

/** Arguments win over the environment, the environment over defaults. Throws SettingError. */
export const readSettings = (given: Given, env: Readonly<Record<string, string | undefined>>): Settings => {
  const port = portOf(given.port ?? env.BOX_WEB_PORT ?? env.AIDBOX_PORT)
  const initBundle = env.BOX_INIT_BUNDLE
  const validation = modesOf('validation', [...list(env.EMBERBOX_VALIDATION), ...(given.validation ?? [])])
  const references = modesOf('references', [...list(env.EMBERBOX_REFERENCES), ...(given.references ?? [])])
  const paths = given.paths?.length ? given.paths : initBundle ? [] : ['bundles/demo']
  return {
    baseUrl: baseUrlOf(given.baseUrl ?? env.BOX_WEB_BASE_URL ?? env.AIDBOX_BASE_URL ?? `http://localhost:${port}`),
    port,
    host: given.host ?? '127.0.0.1',
    data: given.data ?? 'data/emberbox.db',
    paths: initBundle ? [...paths, initBundle] : paths,
    allowEgress: originsOf([...(given.allowEgress ?? []), ...list(env.EMBERBOX_ALLOW_EGRESS)]),
    privatePem: env.BOX_SECURITY_AUTH_KEYS_PRIVATE ?? env.BOX_AUTH_KEYS_PRIVATE,
    publicPem: env.BOX_SECURITY_AUTH_KEYS_PUBLIC ?? env.BOX_AUTH_KEYS_PUBLIC,
    secret: env.BOX_SECURITY_AUTH_KEYS_SECRET ?? env.BOX_AUTH_KEYS_SECRET,
    rootClientSecret: env.BOX_ROOT_CLIENT_SECRET,
    adminPassword: env.BOX_ADMIN_PASSWORD,
    corsEnabled: flag('BOX_SECURITY_CORS_ENABLED', env.BOX_SECURITY_CORS_ENABLED, true),
    corsOrigins: list(env.BOX_SECURITY_CORS_ORIGINS ?? '*'),
    maxBody: integer('BOX_WEB_MAX_BODY', env.BOX_WEB_MAX_BODY, 20_971_520),
    devMode: flag('BOX_SECURITY_DEV_MODE', env.BOX_SECURITY_DEV_MODE ?? env.AIDBOX_DEV_MODE, false),
    validation: validation.all ?? 'enforce',
    bundleValidation: validation.paths,
    ...(references.all && { references: references.all }),
    bundleReferences: references.paths,
    skipReference: flag('BOX_FHIR_VALIDATION_SKIP_REFERENCE', env.BOX_FHIR_VALIDATION_SKIP_REFERENCE, false),
  }
}
