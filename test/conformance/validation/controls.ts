// Controls: changes after which a resource is still valid, where validators are known to refuse it (the last line of validation.md's traps).
import { ExactNumber } from '../../../src/http/json.ts'
import { type Control, changed, type Subject } from './kind.ts'
import { isFields, type Site } from './sites.ts'

const ABSENT = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }
const UNKNOWN = { url: 'http://example.org/unknown', valueString: 'x' }

/** Every coding of the category of a vital sign is fixed, so that is no place for one more. */
const OTHER_THAN = new Set(['extension', 'category'])

/** One of the sites that fit, changed. */
const siteControl = (name: string, fits: (site: Site) => boolean, next: (site: Site) => unknown): Control => ({
  name,
  change: ({ resource, sites, draw }: Subject) => {
    const fitting = sites.filter(fits)
    if (fitting.length === 0) return undefined
    const site = draw.pick(fitting)
    return changed(resource, site.path, next(site))
  },
})

const isObject = ({ value }: Site): boolean => isFields(value) && value.resourceType === undefined
/** An element of a data type, where extensions may stand: not in an extension's own value. */
const isElement = (site: Site): boolean =>
  isObject(site) && !Object.hasOwn(Object(site.value), 'extension') && !site.path.includes('extension')

export const CONTROLS: readonly Control[] = [
  {
    name: 'a code that is absent, with the reason',
    change: ({ resource: { gender, ...rest } }) => (typeof gender === 'string' ? { ...rest, _gender: ABSENT } : undefined),
  },
  {
    name: 'a list padded with null where the companion says why',
    change: ({ resource, sites }) => {
      const name = sites.find((site) => site.name === 'name' && Array.isArray(Object(site.value).given))
      if (!name) return undefined
      const given: readonly unknown[] = [Object(name.value).given].flat()
      return changed(resource, name.path, {
        ...Object(name.value),
        given: [...given, null],
        _given: [...given.map(() => null), { extension: [UNKNOWN] }],
      })
    },
  },
  {
    name: 'a companion with an id alone, beside a value',
    change: ({ resource, sites, draw }) => {
      const fitting = sites.filter(
        ({ path, value, name }) => path.length === 1 && typeof value === 'string' && name !== 'resourceType' && name !== 'id',
      )
      return fitting.length === 0 ? undefined : { ...resource, [`_${draw.pick(fitting).name}`]: { id: 'x' } }
    },
  },
  siteControl(
    'base64 with line breaks',
    ({ name, value }) => name === 'data' && typeof value === 'string',
    ({ value }) => String(value).replace(/.{4}/g, '$&\r\n'),
  ),
  siteControl(
    'a coding more than is asked for',
    ({ name, value, path }) => name === 'coding' && Array.isArray(value) && !path.some((step) => OTHER_THAN.has(String(step))),
    ({ value }) => [...[value].flat(), { system: 'http://example.org/codes', code: 'more' }],
  ),
  {
    name: 'a period for a moment',
    change: ({ resource: { effectiveDateTime, ...rest }, profiles }) =>
      rest.resourceType === 'Observation' &&
      typeof effectiveDateTime === 'string' &&
      ![...profiles].some((one) => /smokingstatus|pregnancy|sexual|occupation|average|home/.test(one))
        ? { ...rest, effectivePeriod: { start: effectiveDateTime } }
        : undefined,
  },
  siteControl('an extension that nobody knows', isElement, ({ value }) => ({ ...Object(value), extension: [UNKNOWN] })),
  {
    name: 'a profile that nobody knows',
    change: ({ resource }) => ({
      ...resource,
      meta: { ...Object(resource.meta), profile: [...[Object(resource.meta).profile ?? []].flat(), 'http://example.org/unknown'] },
    }),
  },
  siteControl(
    'a reference that says no type',
    ({ value, path }) =>
      typeof Object(value).reference === 'string' && !String(Object(value).reference).startsWith('#') && !path.includes('resource'),
    ({ value }) => ({ ...Object(value), reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' }),
  ),
  siteControl(
    'a reference to another server',
    ({ value }) => /^[A-Z][A-Za-z]+\/[^/]+$/.test(String(Object(value).reference)),
    ({ value }) => ({ ...Object(value), reference: `https://other.example/fhir/${Object(value).reference}` }),
  ),
  {
    name: 'two telecoms',
    change: ({ resource }) =>
      Array.isArray(resource.telecom) ? { ...resource, telecom: [...resource.telecom, { system: 'phone', value: '1' }] } : undefined,
  },
  siteControl(
    'a number with its own precision',
    ({ name, value }) => name === 'value' && typeof value === 'number' && Number.isInteger(value),
    ({ value }) => new ExactNumber(`${value}.00`),
  ),
  siteControl(
    'narrative with a table and an image',
    ({ name, path }) => name === 'div' && path.at(-2) === 'text',
    () => '<div xmlns="http://www.w3.org/1999/xhtml"><table><tr><td>1 &lt; 2</td></tr></table><img src="x.png" alt="x"/><br/></div>',
  ),
  siteControl(
    'a moment at another offset',
    ({ value, name }) => name !== 'start' && name !== 'end' && /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(String(value)),
    ({ value }) => String(value).replace(/(?:Z|[+-]\d\d:\d\d)$/, '+14:00'),
  ),
  {
    name: 'a contained resource that something refers to',
    change: ({ resource }) =>
      isFields(resource.meta) && resource.resourceType === 'Observation' && resource.contained === undefined
        ? {
            ...resource,
            contained: [{ resourceType: 'Practitioner', id: 'doctor', name: [{ family: 'Quill' }] }],
            performer: [{ reference: '#doctor' }],
          }
        : undefined,
  },
]
