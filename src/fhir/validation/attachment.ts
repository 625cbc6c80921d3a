// Attachment.size is the number of bytes before base64 (R4 datatypes-definitions.html#Attachment.size).
import { type Check, isFields } from './run.ts'

const bytesOf = (data: string): number => {
  const bare = data.replace(/\s+/g, '')
  const padding = bare.endsWith('==') ? 2 : bare.endsWith('=') ? 1 : 0
  return (bare.length / 4) * 3 - padding
}

/** `attachment-size`. */
export const attachmentRule: Check = (value, run) => {
  if (!isFields(value) || typeof value.data !== 'string' || typeof value.size !== 'number') return
  const bytes = bytesOf(value.data)
  if (bytes !== value.size) run.error('business-rule', `attachment-size: there are ${bytes} bytes, size says ${value.size}`, 'size')
}
