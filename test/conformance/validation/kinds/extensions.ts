// Kinds of wrong extensions (R4 extensibility.html), of narrative and of companions of primitives.
import { changed, type In, type Kind, type Mutant, type Subject, siteKind } from '../kind.ts'
import { type Fields, isFields, type Path, placeOf, type Site } from '../sites.ts'
import { ENUMERATED } from '../versions.ts'

const US_CORE = 'http://hl7.org/fhir/us/core/StructureDefinition'
const isExtension = ({ name, value }: Site): boolean => name === 'extension' && isFields(value) && typeof value.url === 'string'
const isSimple = (site: Site): boolean => isExtension(site) && !Object.hasOwn(Object(site.value), 'extension')
const isComplex = (site: Site): boolean => isExtension(site) && Object.hasOwn(Object(site.value), 'extension')
const urlOf = (value: unknown): unknown => Object(value).url

interface Known {
  readonly url: string
  readonly in?: readonly In[]
  readonly change: (value: Fields) => unknown
  /** Where the error is, below the extension. */
  readonly below: string
}

const known = (name: string, { url, in: versions, change, below }: Known): Kind => ({
  name,
  mutate: ({ in: collection, resource, sites }: Subject): Mutant | undefined => {
    if (versions && !versions.includes(collection)) return undefined
    const site = sites.find((one) => isExtension(one) && urlOf(one.value) === `${US_CORE}/${url}`)
    if (!site) return undefined
    return { resource: changed(resource, site.path, change({ ...Object(site.value) })), at: [`${placeOf(resource, site.path)}${below}`] }
  },
})

const withDiv = (name: string, div: string): Kind =>
  siteKind(
    name,
    ({ name: of, path }) => of === 'div' && path.at(-2) === 'text',
    () => div,
  )
const XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'

const withoutText = (race: Fields) => ({ ...race, extension: [race.extension].flat().filter((one) => urlOf(one) !== 'text') })
const strangeRace = ({ url }: Fields) => ({
  url,
  extension: [
    { url: 'ombCategory', valueCoding: { system: 'urn:oid:2.16.840.1.113883.6.238', code: '0000-0' } },
    { url: 'text', valueString: 'x' },
  ],
})

const twice: Kind = {
  name: 'an extension more often than the profile allows',
  mutate: ({ resource, sites }) => {
    const site = sites.find((one) => isExtension(one) && one.path.length === 2 && urlOf(one.value) === `${US_CORE}/us-core-race`)
    const list: unknown = resource.extension
    if (!site || !Array.isArray(list)) return undefined
    return { resource: { ...resource, extension: [...list, site.value] }, at: [`${resource.resourceType}.extension`] }
  },
}

const companion: Kind = {
  name: 'a companion of a primitive that is no object',
  mutate: ({ resource, sites, draw }) => {
    const fitting = sites.filter(
      ({ path, value, name }) => path.length === 1 && typeof value === 'string' && name !== 'resourceType' && name !== 'id',
    )
    if (fitting.length === 0) return undefined
    const path: Path = [`_${draw.pick(fitting).name}`]
    return { resource: changed(resource, path, 'x'), at: [placeOf(resource, [String(path[0]).slice(1)])] }
  },
}

export const EXTENSIONS: readonly Kind[] = [
  siteKind('an extension without a value', isSimple, ({ value }) => ({ url: urlOf(value) })),
  siteKind('an extension with a value and extensions', isComplex, ({ value }) => ({ ...Object(value), valueString: 'x' })),
  siteKind(
    'an extension with two values',
    isSimple,
    ({ value }) => ({ ...Object(value), valueString: 'x', valueTime: '10:00:00' }),
    'value',
  ),
  siteKind('an extension without a url', isSimple, ({ value }) => ({ ...Object(value), url: undefined }), 'url'),
  known('race without its text', { url: 'us-core-race', change: withoutText, below: '.extension' }),
  known('race whose text is a code', {
    url: 'us-core-race',
    change: (race) => ({ ...race, extension: [{ url: 'text', valueCode: 'x' }] }),
    below: '.extension[0].value',
  }),
  known('a race of no value set', { url: 'us-core-race', in: ENUMERATED, change: strangeRace, below: '.extension[0].value' }),
  known('a birth sex of no value set', {
    url: 'us-core-birthsex',
    in: ENUMERATED,
    change: ({ url }) => ({ url, valueCode: 'X' }),
    below: '.value',
  }),
  known('birth sex of another type', { url: 'us-core-birthsex', change: ({ url }) => ({ url, valueString: 'F' }), below: '.value' }),
  known('ethnicity with a value of its own', {
    url: 'us-core-ethnicity',
    change: ({ url }) => ({ url, valueString: 'x' }),
    below: '.value',
  }),
  twice,
  companion,
  withDiv('markup that is not closed', `<div ${XHTML}><p>x</div>`),
  withDiv('a script in narrative', `<div ${XHTML}><script>x</script></div>`),
  withDiv('a handler in narrative', `<div ${XHTML} onclick="x">x</div>`),
  withDiv('narrative without content', `<div ${XHTML}> </div>`),
]
