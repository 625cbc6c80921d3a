// Where secrets are in the configuration resources (security-requirements: never returned, never logged): the one table of it.

/** `*` stands for every item of a list; a path that ends at a map or list takes it away whole. */
type Path = readonly string[]

/** `hash`: stored as a hash. `none`: the server itself has to present it, so it is kept as it is and only hidden. */
interface Secret {
  readonly path: Path
  readonly stored: 'hash' | 'password-hash' | 'clear'
}

const SECRETS: ReadonlyMap<string, readonly Secret[]> = new Map<string, readonly Secret[]>([
  [
    'Client',
    [
      { path: ['secret'], stored: 'hash' },
      { path: ['registration', 'access_token'], stored: 'hash' },
    ],
  ],
  [
    'User',
    [
      { path: ['password'], stored: 'password-hash' },
      { path: ['twoFactor', 'secretKey'], stored: 'clear' },
      { path: ['passwordResetJti'], stored: 'clear' },
    ],
  ],
  [
    'Session',
    [
      { path: ['access_token'], stored: 'hash' },
      { path: ['refresh_token'], stored: 'hash' },
      { path: ['authorization_code'], stored: 'hash' },
    ],
  ],
  [
    'IdentityProvider',
    [
      { path: ['client', 'secret'], stored: 'clear' },
      { path: ['client', 'private-key'], stored: 'clear' },
    ],
  ],
  [
    'TokenIntrospector',
    [
      { path: ['jwt', 'secret'], stored: 'clear' },
      { path: ['jwt', 'keys', '*', 'k'], stored: 'clear' },
      { path: ['introspection_endpoint', 'authorization'], stored: 'clear' },
    ],
  ],
  [
    'AuthConfig',
    [
      { path: ['twoFactor', 'webhook', 'headers'], stored: 'clear' },
      { path: ['registration', 'initial_access_tokens', '*'], stored: 'hash' },
    ],
  ],
])

type Fields = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const without = (value: unknown, [step, ...rest]: Path): unknown => {
  if (step === '*') return Array.isArray(value) ? value.map((item) => without(item, rest)) : value
  if (step === undefined || !isMap(value) || !Object.hasOwn(value, step)) return value
  const { [step]: inner, ...others } = value
  return rest.length === 0 ? others : { ...value, [step]: without(inner, rest) }
}

/** The resource without its secrets, as it may leave the server. */
export const redact = (type: string, resource: Fields): Fields =>
  (SECRETS.get(type) ?? []).reduce<Fields>((shown, { path }) => {
    // Of a list of secrets, not even how many there are.
    const next = without(shown, path.at(-1) === '*' ? path.slice(0, -1) : path)
    return isMap(next) ? next : {}
  }, resource)

export interface Hashing {
  /** Leaves what is a hash already. */
  readonly hashSecret: (secret: string) => string
  /** Leaves what is a hash already. */
  readonly hashPassword: (password: string) => Promise<string>
}

/** Every text at the path, replaced. */
const replaced = async (value: unknown, [step, ...rest]: Path, change: (clear: string) => string | Promise<string>): Promise<unknown> => {
  if (step === undefined) return typeof value === 'string' ? change(value) : value
  if (step === '*') return Array.isArray(value) ? Promise.all(value.map((item) => replaced(item, rest, change))) : value
  if (!isMap(value) || !Object.hasOwn(value, step)) return value
  return { ...value, [step]: await replaced(value[step], rest, change) }
}

/** The resource as it may be stored: what is only ever compared is a hash. */
export const hashSecrets = async (type: string, resource: Fields, { hashSecret, hashPassword }: Hashing): Promise<Fields> => {
  let hashed = resource
  for (const { path, stored } of SECRETS.get(type) ?? []) {
    if (stored === 'clear') continue
    const next = await replaced(hashed, path, stored === 'hash' ? hashSecret : hashPassword)
    if (isMap(next)) hashed = next
  }
  return hashed
}
