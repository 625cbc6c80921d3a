// Paths of Api resources: each leads to one API, and hides nothing that the server answers itself.
import { CONFIGURATION_TYPES } from './configuration-types.ts'

interface Api {
  readonly id: string
  readonly path: string
}

interface PathProblem {
  readonly id: string
  readonly path: readonly string[]
  readonly message: string
}

/** First segments of what is answered beside the root's resources (mount.ts). */
const TAKEN: ReadonlySet<string> = new Set(['fhir', 'auth', 'health', 'demo', 'rpc'])

const whyNot = ({ path }: Api, others: ReadonlyMap<string, string>, types: ReadonlySet<string>): string | undefined => {
  const [first = '', ...more] = path.split('/').slice(1)
  if (TAKEN.has(first)) return `the path ${path} cannot be had: /${first} is answered by the server itself`
  if (more.length === 0 && (types.has(first) || CONFIGURATION_TYPES.has(first))) {
    return `the path ${path} cannot be had: it would hide the resources of /${first}`
  }
  const other = others.get(path)
  return other === undefined ? undefined : `the path ${path} is that of Api/${other} already`
}

/** What is wrong with their paths; `types` are the FHIR types that are served. */
export const apiPathProblems = (apis: Iterable<Api>, types: ReadonlySet<string>): readonly PathProblem[] => {
  const taken = new Map<string, string>()
  const problems: PathProblem[] = []
  for (const api of apis) {
    const message = whyNot(api, taken, types)
    if (message === undefined) taken.set(api.path, api.id)
    else problems.push({ id: api.id, path: ['path'], message })
  }
  return problems
}
