// What OAuth keeps: plain rows, not resources. Secrets (codes, tokens, sign-ins) come as SHA-256 hashes in base64url, never clear.
// All times are milliseconds since the epoch.

/** One browser's sign-in. */
export interface LoginRecord {
  readonly hash: string
  readonly user: string
  readonly authenticated: number
  readonly seen: number
  readonly expires: number
  /** The User-Agent that signed in, so that a person can tell their browsers apart. */
  readonly agent?: string
}

/** One grant in use: what a code, a refresh token or client credentials bought. Answers as `/Session/<id>` too. */
export interface SessionRecord {
  readonly id: string
  readonly type: string
  readonly client: string
  readonly user: string | undefined
  /** The browser session it came from, for `online_access` and logout. */
  readonly login: string | undefined
  readonly started: number
  /** JSON: the Authorization (oauth/authorization.ts) that every token of this session carries. */
  readonly authorization: string
  readonly active: boolean
}

/** A session that still has a live token. */
export interface LiveSession extends SessionRecord {
  /** When its latest token was issued, and until when one of them lives. */
  readonly issued: number
  readonly expires: number
}

export interface TokenRecord {
  readonly hash: string
  readonly kind: 'access' | 'refresh'
  readonly session: string
  readonly issued: number
  readonly expires: number
  /** JSON: what differs from the session's authorization (a narrowed scope), or '{}'. */
  readonly details: string
}

export interface CodeRecord {
  readonly hash: string
  readonly expires: number
  /** JSON: the Authorization and what the redemption is checked against. */
  readonly authorization: string
}

/** A person's remembered consent is a Grant resource; a single-use value (jti, launch id, PAR) is a row of `once`. */
export interface RecordStore {
  putLogin(login: LoginRecord): Promise<void>
  login(hash: string): Promise<LoginRecord | undefined>
  /** Ends a browser session, and the sessions and unredeemed codes bound to it. */
  endLogin(hash: string, options: { readonly sessions: boolean }): Promise<void>
  loginsOf(user: string): Promise<readonly LoginRecord[]>

  putCode(code: CodeRecord): Promise<void>
  code(hash: string): Promise<(CodeRecord & { readonly used: boolean; readonly session: string | undefined }) | undefined>
  /**
   * The single-use gate (RFC 6749 §4.1.2): marks the code used and opens the session with its tokens in one unit.
   * 'taken' for exactly one caller. For every later one 'reused', and then the session it bought is ended in the same unit.
   */
  redeemCode(
    hash: string,
    opens: { readonly session: SessionRecord; readonly tokens: readonly TokenRecord[] },
  ): Promise<'taken' | 'reused' | 'unknown'>

  /** A session with its tokens, durable when resolved. */
  openSession(session: SessionRecord, tokens: readonly TokenRecord[]): Promise<void>
  session(id: string): Promise<SessionRecord | undefined>
  sessionsOf(filter: { readonly user?: string; readonly client?: string }): Promise<readonly SessionRecord[]>
  /** A person's sessions that are good for something now, the latest first. */
  liveSessionsOf(user: string): Promise<readonly LiveSession[]>
  /** The session is inactive and every token of it dead from now on. */
  endSession(id: string): Promise<boolean>
  /** Codes that were not redeemed yet are worth nothing either. */
  endSessionsOf(filter: { readonly user?: string; readonly client?: string }): Promise<number>

  /** A live token and its session in one read; undefined when unknown, revoked, or its session ended. Expiry is the caller's to judge. */
  token(hash: string): Promise<{ readonly token: TokenRecord; readonly session: SessionRecord; readonly used: boolean } | undefined>
  addTokens(tokens: readonly TokenRecord[]): Promise<void>
  /** Rotation (RFC 9700 §4.14.2): 'taken' for exactly one caller; a later one is 'reused', and the session is ended in the same unit. */
  rotateToken(hash: string, successors: readonly TokenRecord[]): Promise<'taken' | 'reused' | 'unknown'>
  /** Extends a refresh token that does not rotate, and adds an access token. */
  renewToken(hash: string, expires: number, tokens: readonly TokenRecord[]): Promise<boolean>
  /** The session goes with its last token. */
  revokeToken(hash: string): Promise<void>

  /** A value that lives until `expires` and can be taken once: launch contexts, pushed requests, registered jti. */
  putOnce(kind: string, key: string, value: string, expires: number): Promise<void>
  peekOnce(kind: string, key: string): Promise<{ readonly value: string; readonly expires: number } | undefined>
  takeOnce(kind: string, key: string): Promise<{ readonly value: string; readonly expires: number } | undefined>
  /** True for one caller of this key only, until `expires` (a client assertion's jti). */
  claimOnce(kind: string, key: string, expires: number): Promise<boolean>

  /** Deletes what expired before `now`, and the sessions that have no token left. */
  purge(now: number): Promise<void>
}
