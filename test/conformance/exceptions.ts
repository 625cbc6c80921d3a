// What the kits' data really has wrong: tests that fail because of these resources, and of nothing else, are the only exceptions.

export interface Exception {
  /** As the kits name it. */
  readonly resource: string
  /** Of the message about it. */
  readonly says: RegExp
  readonly why: string
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    resource: 'Observation/3c766796-d8a0-480f-8215-f1e7e3afab21',
    says: /effective\.stop/,
    why: 'its effectivePeriod has `stop`, which FHIR does not know',
  },
  {
    resource: 'Observation/405f9fe5-4ca1-4beb-a946-60774e6878cf',
    says: /smokingstatus-max/,
    why: 'its value is of data-absent-reason, where the maximum value set of 3.1.1 to 6.1.0 has SNOMED CT alone',
  },
  {
    resource: 'Observation/f7940ba2-3a51-4534-b269-8432e052bf12',
    says: /ucum-vitals-common/,
    why: "its component is in L/min, which R4's vital signs do not have among their units",
  },
  {
    resource: 'CareTeam/6edb0666-c906-032d-b98c-c0c11e0725aa',
    says: /RelatedPerson is not allowed/,
    why: 'a member is a RelatedPerson, which US Core 3.1.1 does not allow',
  },
  {
    resource: 'CareTeam/inferno-care-team',
    says: /PractitionerRole is not allowed/,
    why: 'a member is a PractitionerRole, which US Core asks for from 5.0.1 on and 3.1.1 does not allow',
  },
]

interface Problem {
  readonly suite: string
  readonly id: string
  readonly result: string
  readonly message: string
}

export interface Report {
  readonly rows: ReadonlyArray<{ readonly tests: number; readonly pass: number; readonly omit: number }>
  readonly problems: readonly Problem[]
}

const isExcepted = (line: string): boolean => EXCEPTIONS.some(({ resource, says }) => line.startsWith(`${resource}: `) && says.test(line))

/** Does the test fail for what is named, and for nothing else: every line of its message but the heading is an exception. */
const isNamed = ({ result, message }: Problem): boolean => {
  const [heading = '', ...lines] = message.split('\n').filter((line) => line.trim() !== '')
  return (
    result === 'fail' &&
    /does not conform to the profile/.test(heading) &&
    lines.length > 0 &&
    lines.every((line) => isExcepted(line.trim()))
  )
}

/** The problems that no exception names. */
export const unexpected = ({ problems }: Report): readonly Problem[] => problems.filter((problem) => !isNamed(problem))
