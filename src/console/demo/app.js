// The demonstration app: one patient's name, conditions and observations, with a curve of their heart rate.
const HEART_RATE = '8867-4'
const at = (id) => document.getElementById(id)
const show = (id) => {
  at(id).hidden = false
}

const element = (name, text) => {
  const made = document.createElement(name)
  made.textContent = text
  return made
}

const nameOf = ({ name: [name = {}] = [] }) => name.text ?? [...(name.given ?? []), name.family].filter(Boolean).join(' ')
const wordsOf = (concept) => concept?.text ?? concept?.coding?.[0]?.display ?? concept?.coding?.[0]?.code
const labelOf = ({ code }) => wordsOf(code) ?? 'Unnamed'
const amountOf = ({ valueQuantity, valueString, valueBoolean, valueCodeableConcept, dataAbsentReason, component }) => {
  if (valueQuantity) return `${valueQuantity.value} ${valueQuantity.unit ?? ''}`
  if (valueBoolean !== undefined) return valueBoolean ? 'yes' : 'no'
  const words = valueString ?? wordsOf(valueCodeableConcept)
  return words ?? component?.map(amountOf).join(' / ') ?? wordsOf(dataAbsentReason) ?? '–'
}
const dayOf = ({ effectiveDateTime, effectivePeriod }) => (effectiveDateTime ?? effectivePeriod?.start ?? '').slice(0, 10)

const say = (text, className = '') => {
  at('status').textContent = text
  at('status').className = className
}

const showPerson = (patient) => {
  at('name').textContent = nameOf(patient)
  at('facts').textContent = [patient.birthDate && `born ${patient.birthDate}`, patient.gender].filter(Boolean).join(', ')
  document.title = `${nameOf(patient)} · Vitals`
  show('person')
}

const drawCurve = (observations) => {
  const points = observations
    .filter(({ code, valueQuantity }) => valueQuantity && code?.coding?.some((coding) => coding.code === HEART_RATE))
    .sort((one, other) => (dayOf(one) < dayOf(other) ? -1 : 1))
    .map((one) => ({ day: dayOf(one), value: Number(one.valueQuantity.value) }))
  if (points.length < 2) return
  const values = points.map(({ value }) => value)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const x = (index) => 4 + (592 * index) / (points.length - 1)
  const y = (value) => 110 - (100 * (value - low)) / (high - low || 1)
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline')
  line.setAttribute('points', points.map(({ value }, index) => `${x(index)},${y(value)}`).join(' '))
  const [first, last] = [points[0], points.at(-1)]
  at('curve-title').textContent = `Heart rate from ${first.day} to ${last.day}, between ${low} and ${high} per minute`
  at('curve').append(line)
  at('range').textContent = `${low}–${high} per minute, ${first.day} to ${last.day}; last ${last.value}`
  show('heart')
}

const showObservations = (observations) => {
  const rows = observations.map((one) => {
    const row = document.createElement('tr')
    row.append(element('td', dayOf(one)), element('td', labelOf(one)), element('td', amountOf(one)))
    return row
  })
  at('rows').replaceChildren(...rows)
  show('observations')
  drawCurve(observations)
}

const showConditions = (conditions) => {
  at('condition-list').replaceChildren(...conditions.map((one) => element('li', labelOf(one))))
  if (conditions.length > 0) show('conditions')
}

/** undefined: the person did not share this type. */
const readAll = async (client, query) => {
  try {
    return await client.request(query, { pageLimit: 0, flat: true })
  } catch (error) {
    if (error.statusCode === 403) return undefined
    throw error
  }
}

const run = async () => {
  const client = await globalThis.FHIR.oauth2.ready()
  const id = encodeURIComponent(client.patient.id)
  showPerson(await client.patient.read())
  const conditions = await readAll(client, `Condition?patient=${id}`)
  if (conditions) showConditions(conditions)
  const observations = await readAll(client, `Observation?patient=${id}&_sort=-date&_count=100`)
  if (observations) showObservations(observations)
  const withheld = [!observations && 'observations', !conditions && 'conditions'].filter(Boolean)
  say(withheld.length > 0 ? `You chose not to share ${withheld.join(' and ')} with this app.` : '', 'note')
}

run().catch((error) => say(`The record could not be read: ${error.message}`, 'problem'))
