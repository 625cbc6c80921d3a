// An endpoint that a person's browser comes to: what goes wrong is shown, or told to the app where its address is trusted. No CORS, ever.
import { HttpError } from '../../http/errors.ts'
import { AuthorizationError } from '../errors.ts'
import type { Endpoint } from '../provider.ts'
import { errorPage } from './pages.ts'
import { errorResponse } from './respond.ts'

export type Handle = Endpoint['handle']

/** Errors become redirects where the target is trusted, else pages; what is neither OAuth's nor HTTP's is the box's to report. */
const shown =
  (handle: Handle): Handle =>
  async (request, provider) => {
    try {
      return await handle(request, provider)
    } catch (error) {
      if (error instanceof AuthorizationError && error.redirect) return errorResponse(provider, error.redirect, error)
      if (error instanceof AuthorizationError) return errorPage(provider, error.status, error.message)
      if (error instanceof HttpError) return errorPage(provider, error.status, error.message, Object.entries(error.headers))
      throw error
    }
  }

/** A row of a table of endpoints. */
export const browserEndpoint = (method: Endpoint['method'], path: string, handle: Handle): Endpoint => ({
  method,
  path,
  cors: false,
  handle: shown(handle),
})
