// $fhir-package-install in Aidbox's form: IG packages by URL, file or name@version of a registry, each installed as one unit.
import type { Call, Handler } from '../call.ts'
import { FhirError } from '../outcome.ts'
import { type InstalledPackage, PackageRefused } from '../packages.ts'
import { permitOf } from '../permit.ts'
import { parametersAnswer, readInputs } from './typed-input.ts'

const KNOWN: ReadonlySet<string> = new Set(['package', 'registry'])

/** What a package writes: whoever may not write each of these freely installs nothing. */
const WRITES = ['StructureDefinition', 'SearchParameter', 'ValueSet', 'CodeSystem', 'CapabilityStatement', 'ImplementationGuide'] as const

const installed = ({ name, canonicals, source, dependencies, skipped }: InstalledPackage, registry: string | undefined) => ({
  name: 'package',
  part: [
    { name: 'name', valueString: name },
    { name: 'installedCanonicals', valueInteger: canonicals },
    { name: 'intention', valueString: 'direct' },
    {
      name: 'source',
      part: [
        { name: 'type', valueString: source },
        ...(source === 'npm' && registry !== undefined ? [{ name: 'registry', valueString: registry }] : []),
      ],
    },
    // Ours: what it needs besides is said, not fetched.
    ...dependencies.map((one) => ({ name: 'dependency', valueString: one })),
    ...skipped.map((one) => ({ name: 'skipped', valueString: one })),
  ],
})

const install = async (call: Call, spec: string, registry: string | undefined): Promise<InstalledPackage> => {
  const { packages } = call.deps
  if (!packages) throw new FhirError('not-supported', 'packages are not installed here', { status: 400 })
  try {
    return await packages.install(spec, registry)
  } catch (error) {
    if (error instanceof PackageRefused) throw new FhirError('processing', `the package ${spec}: ${error.message}`)
    throw error
  }
}

export const packageInstall: Handler = async (call) => {
  const inputs = await readInputs(call, KNOWN)
  const { parameters, resource } = inputs
  const permit = await permitOf(call, { parameters, type: 'StructureDefinition', ...(resource && { resource }) })
  const isConfined = WRITES.some((type) => {
    const rows = permit.rows(type, 'u')
    return rows.kind !== 'and' || rows.of.length > 0
  })
  if (permit.confined || isConfined) throw new FhirError('forbidden', 'Forbidden')
  const [specs, registry] = [inputs.texts('package'), inputs.text('registry')]
  if (specs.length === 0) throw new FhirError('invalid', 'package says which package is meant')
  const found: InstalledPackage[] = []
  for (const spec of specs) found.push(await install(call, spec, registry))
  return parametersAnswer([{ name: 'result', valueBoolean: true }, ...found.map((one) => installed(one, registry))])
}
