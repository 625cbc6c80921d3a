// Choice elements (R4 formats.html#choice): `value` is spelt valueQuantity, valueString, …, and its name tells its type.

/** R4's choice elements, `value` for `value[x]`. */
export const CHOICE_NAMES: ReadonlySet<string> = new Set(
  (
    'abatement additive age allowed amount answer asNeeded author born bounds characteristic chargeItem code collected content created date deceased defaultValue ' +
    'definingSubstance definition detail diagnosis dose doseNumber due duration effective entity event example fastingStatus fixed identified indication instances ' +
    'item legallyBinding location manufacturer maxValue medication minValue minimumVolume module multipleBirth name occurred occurrence offset onset ' +
    'participantEffective pattern performed probability procedure product quantity rate reported scheduled seriesDoses serviced source start statusReason ' +
    'studyEffective subject substance target time timing topic used value when'
  ).split(' '),
)

export const PRIMITIVES: ReadonlySet<string> = new Set(
  (
    'base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid positiveInt string time unsignedInt uri url uuid ' +
    // Not a choice's: a narrative's.
    'xhtml'
  ).split(' '),
)

/** The complex types that choices take. */
export const CHOICE_TYPES: ReadonlySet<string> = new Set(
  (
    'Address Age Annotation Attachment CodeableConcept Coding ContactDetail ContactPoint Contributor Count DataRequirement Distance Dosage Duration Expression ' +
    'HumanName Identifier Meta Money ParameterDefinition Period Quantity Range Ratio Reference RelatedArtifact SampledData Signature Timing TriggerDefinition UsageContext'
  ).split(' '),
)

const SUFFIXES: ReadonlyMap<string, string> = new Map([
  ...[...PRIMITIVES].map((type): [string, string] => [type.charAt(0).toUpperCase() + type.slice(1), type]),
  ...[...CHOICE_TYPES].map((type): [string, string] => [type, type]),
])

const SPELLINGS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  [...CHOICE_NAMES].map((name) => [name, new Map([...SUFFIXES].map(([suffix, type]) => [name + suffix, type]))]),
)

/** Members that spell a choice element, with the types that they tell; undefined for the name of no choice. */
export const spellings = (name: string): ReadonlyMap<string, string> | undefined => SPELLINGS.get(name)
