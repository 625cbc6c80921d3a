// Ids (R4 datatypes.html#id). Configuration resources are Aidbox's, whose ids may hold underscores too (`Client/growth_chart`).

const FHIR_ID = /^[A-Za-z0-9\-.]{1,64}$/
const CONFIGURATION_ID = /^[A-Za-z0-9\-._]{1,64}$/

/** Can a resource have this id? `configuration`: is it of a type that the configuration owns. */
export const isId = (id: string, configuration: boolean): boolean => (configuration ? CONFIGURATION_ID : FHIR_ID).test(id)
