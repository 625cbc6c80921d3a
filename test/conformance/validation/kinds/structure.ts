// Kinds of wrong structure: what is no element, lists and single values, and JSON that is not FHIR's (R4 json.html).
import { type Kind, siteKind } from '../kind.ts'
import { isFields, type Site } from '../sites.ts'

const isList = ({ value }: Site): boolean => Array.isArray(value)
/** A member, not an item of a list. */
const isMember = ({ path }: Site): boolean => typeof path.at(-1) === 'string'
const isObject = ({ value }: Site): boolean => isFields(value)
const isPrimitive = ({ value, name }: Site): boolean => typeof value !== 'object' && name !== 'resourceType'
const isResource = ({ value }: Site): boolean => isFields(value) && typeof value.resourceType === 'string'
const isContained = ({ name, value }: Site): boolean => name === 'contained' && isFields(value)

export const STRUCTURE: readonly Kind[] = [
  {
    name: 'an unknown element',
    mutate: ({ resource }) => ({ resource: { ...resource, nickname: 'x' }, at: [`${resource.resourceType}.nickname`] }),
  },
  siteKind(
    'an unknown element in a data type',
    (site) => isObject(site) && !isResource(site),
    ({ value }) => ({ ...Object(value), nickname: 'x' }),
    'nickname',
  ),
  siteKind('an unknown element in contained', isContained, ({ value }) => ({ ...Object(value), nickname: 'x' }), 'nickname'),
  siteKind('one value where a list is', isList, ({ value }) => Array.isArray(value) && value[0]),
  siteKind(
    'a list where one value is',
    (site) => isMember(site) && !isList(site) && site.name !== 'resourceType',
    ({ value }) => [value],
  ),
  siteKind('an empty list', isList, () => []),
  siteKind(
    'an empty object',
    (site) => isObject(site) && !isResource(site),
    () => ({}),
  ),
  siteKind(
    'an object with an id alone',
    (site) => isObject(site) && !isResource(site),
    () => ({ id: 'x' }),
  ),
  siteKind(
    'null',
    (site) => isMember(site) && site.name !== 'resourceType',
    () => null,
  ),
  siteKind(
    'text where an object is',
    (site) => isObject(site) && !isResource(site),
    () => 'x',
  ),
  siteKind('an object where a primitive is', isPrimitive, () => ({ x: 1 })),
  siteKind(
    'text that is empty',
    (site) => isPrimitive(site) && typeof site.value === 'string',
    () => '',
  ),
  siteKind('an unknown type in contained', isContained, ({ value }) => ({ ...Object(value), resourceType: 'Pateint' })),
  { name: 'an unknown type', mutate: ({ resource }) => ({ resource: { ...resource, resourceType: 'Pateint' }, at: ['Pateint'] }) },
  {
    name: 'an abstract type',
    mutate: ({ resource }) => ({ resource: { ...resource, resourceType: 'DomainResource' }, at: ['DomainResource'] }),
  },
]
