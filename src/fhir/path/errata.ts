// Expressions that are wrong as published, and what they mean (the same corrections as HL7's own validator makes).

const NAMED = "name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')"
const REFERENCED = "(reference.substring(1) in %rootResource.contained.id) or (reference = '#' and %rootResource.exists())"

/** As published → as meant. */
export const ERRATA: ReadonlyMap<string, string> = new Map([
  // vs-1: an effectivePeriod is not a dateTime, and a day has ten characters.
  ['($this as dateTime).toString().length() >= 8', '$this is dateTime implies $this.toString().length() >= 10'],
  // inv-0 and its kin (csd-0, vsd-0, …): without a name nothing is wrong, and all of it has to match.
  ["name.matches('[A-Z]([A-Za-z0-9_]){0,254}')", NAMED],
  // que-12: "more than one" is two.
  ['enableWhen.count() > 2 implies enableBehavior.exists()', 'enableWhen.count() >= 2 implies enableBehavior.exists()'],
  // ref-1: a reference by identifier has no literal; `#` is the resource that contains this one (R4 references.html#contained).
  [
    "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))",
    `reference.exists() implies (reference.startsWith('#').not() or ${REFERENCED})`,
  ],
  // bdl-8, in R4's own text: an entry without a fullUrl is fine.
  ["fullUrl.contains('/_history/').not()", "fullUrl.exists() implies fullUrl.contains('/_history/').not()"],
  // ras-2: without a probability nothing is wrong.
  [
    'probability is decimal implies (probability as decimal) <= 100',
    'probability.empty() or ((probability is decimal) implies ((probability as decimal) <= 100))',
  ],
  // con-3: a category is a CodeableConcept, never equal to a code.
  [
    "clinicalStatus.exists() or verificationStatus.coding.where(system='http://terminology.hl7.org/CodeSystem/condition-ver-status' and code = 'entered-in-error').exists() or category.select($this='problem-list-item').empty()",
    "clinicalStatus.exists() or verificationStatus.coding.where(system='http://terminology.hl7.org/CodeSystem/condition-ver-status' and code = 'entered-in-error').exists() or category.coding.where(system='http://terminology.hl7.org/CodeSystem/condition-category' and code = 'problem-list-item').empty()",
  ],
  // tim-9, in R4's own text: `when` repeats.
  [
    "offset.empty() or (when.exists() and ((when in ('C' | 'CM' | 'CD' | 'CV')).not()))",
    "offset.empty() or (when.exists() and when.select($this in ('C' | 'CM' | 'CD' | 'CV')).allFalse())",
  ],
  // US Core's pd-1 and us-core-13: a collection of several is no boolean.
  ['telecom or endpoint', 'telecom.exists() or endpoint.exists()'],
  [
    'practitioner or organization or healthcareService or location',
    'practitioner.exists() or organization.exists() or healthcareService.exists() or location.exists()',
  ],
  // provenance-1 of US Core 4.0.0 stands on an onBehalfOf that is there, and asks of all agents together what is meant of one.
  ['((%resource.agent.who.resolve() is Practitioner) or (%resource.agent.who.resolve() is Device)) implies exists()', 'exists()'],
])
