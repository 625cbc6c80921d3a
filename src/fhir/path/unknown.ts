// What this server cannot know: an answer that needs a terminology that is not at hand, or a conversion of units.

/** Ends an evaluation whose answer is not known; it is never taken for a yes or a no. */
export class UnknownAnswer extends Error {}
