// JSON for people: two spaces of indentation, numbers in their own spelling.
import { ExactNumber, stringifyJson } from './json.ts'

const lines = (value: unknown, margin: string): string => {
  const inner = `${margin}  `
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return stringifyJson(value)
  const items = Array.isArray(value)
    ? value.map((item: unknown) => lines(item, inner))
    : Object.entries(value).flatMap(([name, item]) => (item === undefined ? [] : [`${JSON.stringify(name)}: ${lines(item, inner)}`]))
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return items.length === 0 ? `${open}${close}` : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}`
}

/** JSON text of a value, indented when asked for. */
export const prettyJson = (value: unknown, indented: boolean): string => (indented ? lines(value, '') : stringifyJson(value))
