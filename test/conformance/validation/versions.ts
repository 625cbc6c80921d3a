// US Core changed its mind: versions for which a change is wrong, where it is not for all.

export const BEFORE_7 = ['3.1.1', '4.0.0', '5.0.1', '6.1.0']
export const BEFORE_8 = [...BEFORE_7, '7.0.0']
export const SINCE_4 = ['4.0.0', '5.0.1', '6.1.0', '7.0.0', '8.0.0']
/** The only one that says which codes its value sets of race, ethnicity and birth sex hold. */
export const ENUMERATED = ['3.1.1']
