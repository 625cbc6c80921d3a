// The port to packages: FHIR serves the operation, bundle/ knows how an IG package becomes resources.

export interface InstalledPackage {
  /** `hl7.fhir.us.core@6.1.0`. */
  readonly name: string
  /** Definitional resources that it brought. */
  readonly canonicals: number
  readonly source: 'npm' | 'file' | 'url'
  /** `name@version` of what it depends on and is not installed with it. */
  readonly dependencies: readonly string[]
  /** What was left out of it, and why. */
  readonly skipped: readonly string[]
}

/** A package that cannot be had, read or stored. The message is fit for the outside. */
export class PackageRefused extends Error {}

export interface Packages {
  /** Installs one, as one unit. Throws PackageRefused. */
  install(spec: string, registry: string | undefined): Promise<InstalledPackage>
}
