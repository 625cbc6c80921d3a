// Kinds of wrong primitives (R4 datatypes.html): dates that are none, numbers as text, codes of no value set.
import { type Kind, siteKind } from '../kind.ts'
import { isFields, type Site } from '../sites.ts'

const DATES = /^(?:birthDate|authoredOn|recorded|recordedDate|issued|date|start|end|created|assertedDate|.*DateTime|.*Date|lastUpdated)$/
const isText = ({ value }: Site): boolean => typeof value === 'string'
const isDay = (site: Site): boolean => DATES.test(site.name) && /^\d{4}-\d\d-\d\d/.test(String(site.value)) && isText(site)
const isMoment = (site: Site): boolean => isDay(site) && /T.*(?:Z|[+-]\d\d:\d\d)$/.test(String(site.value))
const isNumber = ({ value, name }: Site): boolean => name === 'value' && (typeof value === 'number' || isExact(value))
const isExact = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value) && !isFields(value)
const named = (name: string) => (site: Site) => site.name === name && isText(site)
/** Elements whose binding is required in R4, in every type that has them. */
const isCode = (site: Site): boolean => ['status', 'intent', 'gender', 'lifecycleStatus'].includes(site.name) && isText(site)
/** A resource's; that of an element is any string. */
const isId = (site: Site): boolean => named('id')(site) && site.path.length === 1
/** The member of an Identifier, a Coding or a Quantity; a ContactPoint's is a code. */
const isSystem = (site: Site): boolean => named('system')(site) && !site.path.includes('telecom')
const after = (value: unknown, length: number): string => String(value).slice(length)

export const VALUES: readonly Kind[] = [
  siteKind('30 February', isDay, ({ value }) => `2023-02-30${after(value, 10)}`),
  siteKind('29 February of another year', isDay, ({ value }) => `1900-02-29${after(value, 10)}`),
  siteKind('a date without dashes', isDay, ({ value }) => String(value).slice(0, 10).replaceAll('-', '')),
  siteKind('a time without an offset', isMoment, ({ value }) => String(value).replace(/(?:Z|[+-]\d\d:\d\d)$/, '')),
  siteKind('25 hours', isMoment, ({ value }) => String(value).replace(/T\d\d/, 'T25')),
  siteKind('a code with two spaces', isCode, () => 'fi  nal'),
  siteKind('a code of no value set', isCode, () => 'no-such-code'),
  siteKind('an id with a slash', isId, () => 'a/b'),
  siteKind('an id that is too long', isId, () => 'x'.repeat(65)),
  siteKind(
    'a boolean as text',
    ({ value }) => typeof value === 'boolean',
    ({ value }) => String(value),
  ),
  siteKind('a number as text', isNumber, ({ value }) => String(Number(value))),
  siteKind(
    'text for a boolean',
    ({ value }) => typeof value === 'boolean',
    () => 'perhaps',
  ),
  siteKind('a uri with a space', isSystem, () => 'urn: x'),
  siteKind(
    'base64 of the wrong length',
    (site) => named('data')(site) && String(site.value).length > 4,
    ({ value }) => String(value).replace(/=*$/, '').slice(0, 5),
  ),
  siteKind(
    'base64 with a full stop',
    (site) => named('data')(site),
    ({ value }) => `.${after(value, 1)}`,
  ),
]
