// What a Store may throw; messages are safe to log, and none carries SQL or a value.

/** The disk refused a commit: nothing can be promised any more, and the process ends. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure'
}

/** The query has more terms than one statement may have; a 400 for the caller. */
export class TooCostly extends Error {
  override readonly name = 'TooCostly'
}

/** `after` was not made by an earlier page of the same plan; a 400 for the caller. */
export class MalformedCursor extends Error {
  override readonly name = 'MalformedCursor'
}
