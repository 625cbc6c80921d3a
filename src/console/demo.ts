// The demonstration app that the server itself serves: static files and the published fhirclient library, read once.
import { existsSync, readFileSync } from 'node:fs'

export interface DemoFile {
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
}

/** Path below the base URL → file, under the source tree and in dist/ alike. */
const FILES: ReadonlyArray<readonly [path: string, file: string]> = [
  ['/demo/', 'app.html'],
  ...['launch.html', 'launch.js', 'app.js', 'app.css', 'fhir-client.js'].map((file) => [`/demo/${file}`, file] as const),
]
const LIBRARY = '../../node_modules/fhirclient/build/fhir-client.pure.min.js'

const locate = (file: string): URL | undefined => {
  const beside = new URL(`./demo/${file}`, import.meta.url)
  if (existsSync(beside)) return beside
  const library = new URL(LIBRARY, import.meta.url)
  return file === 'fhir-client.js' && existsSync(library) ? library : undefined
}

/** The app's files; read at the first call. */
export const demoFiles = (): ReadonlyMap<string, DemoFile> =>
  new Map(
    FILES.flatMap(([path, file]) => {
      const url = locate(file)
      const type = TYPES[file.split('.').at(-1) ?? '']
      return url && type ? [[path, { type, body: new Uint8Array(readFileSync(url)) }] as const] : []
    }),
  )

/** The app talks to this server alone, and nobody frames it. */
export const demoResponse = ({ type, body }: DemoFile): Response =>
  new Response(body, {
    headers: {
      'content-type': type,
      'cache-control': 'no-cache',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
    },
  })
