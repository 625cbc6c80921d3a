// The functions that R4 adds (fhirpath.html#functions): extension, resolve, memberOf, htmlChecks.
import { type Collection, fieldsOf, flatMap, type Item, items, raw, single, Target, text } from '../collection.ts'
import { memberStep } from '../navigate.ts'
import type { Scope } from '../scope.ts'
import { UnknownAnswer } from '../unknown.ts'
import { argument, type FunctionTable } from './function.ts'
import { htmlChecks } from './html.ts'

const extensionStep = memberStep('extension')
const containedStep = memberStep('contained')

const TARGET = /(?:^|\/)([A-Z][A-Za-z]{1,63})\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/

const contained = (id: string, { environment }: Scope): Collection => {
  const root = (environment.rootResource ?? environment.resource) as Item
  return id === '' ? root : items(containedStep(root)).find((item) => fieldsOf(item)?.id === id)
}

/** What a reference leads to: a contained resource, else what its literal or its `type` says of the type; nothing where neither does. */
const resolve = (item: Item, scope: Scope): Collection => {
  const value = raw(item)
  const fields = typeof value === 'string' ? undefined : fieldsOf(item)
  const reference = typeof value === 'string' ? value : fields?.reference
  if (typeof reference === 'string' && reference.startsWith('#')) return contained(reference.slice(1), scope)
  const type = (typeof reference === 'string' && TARGET.exec(reference)?.[1]) || fields?.type
  return typeof type === 'string' ? new Target(type) : undefined
}

export const FHIR: FunctionTable = {
  extension: {
    min: 1,
    max: 1,
    compile: (of, args) => {
      const url = argument(args)
      return (self, scope) => {
        const wanted = text(url(self, scope))
        return items(extensionStep(of(self, scope))).filter((extension) => fieldsOf(extension)?.url === wanted)
      }
    },
  },
  resolve: { min: 0, max: 0, compile: (of) => (self, scope) => flatMap(of(self, scope), (item) => resolve(item, scope)) },
  memberOf: {
    min: 1,
    max: 1,
    compile: (of, args) => {
      const valueSet = argument(args)
      return (self, scope) => {
        const [item, url] = [single(of(self, scope)), text(valueSet(self, scope))]
        if (item === undefined || url === undefined) return undefined
        const answer = scope.environment.memberOf?.(raw(item), url)
        if (answer === undefined) throw new UnknownAnswer(`whether the code is in ${url}`)
        return answer
      }
    },
  },
  htmlChecks: { min: 0, max: 0, compile: (of) => (self, scope) => htmlChecks(of(self, scope)) },
}
