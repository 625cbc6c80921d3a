// What the CapabilityStatement says of stored profiles, requirements and guides: by url, since a server follows every version that it holds.
import type { Canonical, Canonicals } from '../canonicals.ts'
import type { CapabilityFacts } from './facts.ts'

const urls = (canonicals: readonly Canonical[]): readonly string[] => [...new Set(canonicals.map(({ url }) => url))].sort()

/** Profiles by type, CapabilityStatements of servers, ImplementationGuides. */
export const followedBy = (canonicals: Canonicals): Pick<CapabilityFacts, 'profiles' | 'instantiates' | 'implementationGuides'> => {
  const byType = new Map<string, Canonical[]>()
  for (const one of canonicals.list('StructureDefinition')) {
    if (one.profileOf !== undefined) byType.set(one.profileOf, [...(byType.get(one.profileOf) ?? []), one])
  }
  const instantiates = urls(canonicals.list('CapabilityStatement').filter(({ serverRequirements }) => serverRequirements))
  const guides = canonicals.list('ImplementationGuide').map(({ url, version }) => (version === undefined ? url : `${url}|${version}`))
  return {
    profiles: new Map([...byType].map(([type, profiles]) => [type, urls(profiles)])),
    ...(instantiates.length > 0 && { instantiates }),
    ...(guides.length > 0 && { implementationGuides: guides.sort() }),
  }
}
