// What is really wrong in the valid data and the examples, by resource, rule and element: the only errors that may be found there.

export interface Named {
  /** Of a version's examples, or of the shared data. */
  readonly in: string
  readonly resource: string
  readonly at: string
  readonly says: RegExp
  readonly why: string
}

export const NAMED: readonly Named[] = [
  {
    in: 'data',
    resource: 'Observation/3c766796-d8a0-480f-8215-f1e7e3afab21',
    at: 'Observation.effective.stop',
    says: /no element "stop"/,
    why: 'its effectivePeriod has `stop`, which FHIR does not know',
  },
  {
    in: '3.1.1',
    resource: 'DiagnosticReport/cardiology-report',
    at: 'DiagnosticReport.presentedForm[0].hash',
    says: /base64/,
    why: 'its hash has full stops in it',
  },
  {
    in: '3.1.1',
    resource: 'Observation/satO2-fiO2',
    at: 'Observation.component[0].value',
    says: /ucum-vitals-common/,
    why: "its component is in L/min, which R4's vital signs do not have among their units",
  },
  ...['3.1.1', '4.0.0'].map((version) => ({
    in: version,
    resource: 'Bundle/uscore-mo3',
    at: 'Bundle.entry[1].fullUrl',
    says: /bundle-absolute/,
    why: 'its fullUrl is `/Medication/uscore-med2`, where R4 asks for an absolute URL (bundle.html#Bundle.entry.fullUrl)',
  })),
]
