// The interactions of the FHIR API (R4 http.html), as one table: method and path → what it is called, needs and does.
import type { Handler } from '../call.ts'
import type { Row } from '../routes.ts'
import { capabilitiesOf } from './capabilities.ts'
import { create } from './create.ts'
import { conditionalDelete, remove } from './delete.ts'
import { history } from './history.ts'
import { read } from './read.ts'
import { searchCompartment, searchSystem, searchType } from './search.ts'
import { conditionalUpdate, update } from './update.ts'
import { vread } from './vread.ts'

const row = (
  method: Row<Handler>['method'],
  pattern: string,
  interaction: string,
  operation: string,
  permissions: Row<Handler>['permissions'],
  handler: Handler,
): Row<Handler> => ({ method, pattern, interaction, operation, permissions, handler })

/** Searches of several types are bounded by the principal's rows of each; their row asks for nothing. */
export const INTERACTIONS: ReadonlyArray<Row<Handler>> = [
  row(
    'GET',
    'metadata',
    'capabilities',
    'Metadata',
    [],
    capabilitiesOf(() => INTERACTIONS, []),
  ),
  row('GET', '', 'search-system', 'Search', [], searchSystem),
  row('POST', '_search', 'search-system', 'Search', [], searchSystem),
  row('GET', '_history', 'history-system', 'History', [], history),
  row('GET', ':type', 'search-type', 'Search', ['s'], searchType),
  row('POST', ':type/_search', 'search-type', 'Search', ['s'], searchType),
  row('POST', ':type', 'create', 'Create', ['c'], create),
  row('PUT', ':type', 'update', 'ConditionalUpdate', ['u', 'c'], conditionalUpdate),
  row('DELETE', ':type', 'delete', 'ConditionalDelete', ['d'], conditionalDelete),
  row('GET', ':type/_history', 'history-type', 'History', ['r'], history),
  row('GET', ':type/:id', 'read', 'Read', ['r'], read),
  row('PUT', ':type/:id', 'update', 'Update', ['u', 'c'], update),
  row('DELETE', ':type/:id', 'delete', 'Delete', ['d'], remove),
  row('GET', ':type/:id/_history', 'history-instance', 'History', ['r'], history),
  row('GET', ':type/:id/_history/:vid', 'vread', 'VRead', ['r'], vread),
  row('GET', ':type/:id/:target', 'search-compartment', 'CompartmentSearch', ['s'], searchCompartment),
  row('POST', ':type/:id/:target/_search', 'search-compartment', 'CompartmentSearch', ['s'], searchCompartment),
]
