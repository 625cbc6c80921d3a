// Where independent clients meet: a served box, the keys of its asymmetric clients, and the person who signs in and consents.
import { exportJWK, generateKeyPair } from 'jose'
import { Browser } from '../box/browser.ts'
import { type Served, serveBox } from '../box/served.ts'

export const ec = await generateKeyPair('ES384', { extractable: true })
export const rsa = await generateKeyPair('RS384', { extractable: true })
/** For libraries that sign with a JWK. */
export const exportedEc = await exportJWK(ec.privateKey)
export const EC_KID = 'ec-1'
export const RSA_KID = 'rsa-1'

const keysInEnvironment = async (): Promise<Record<string, string | undefined>> => {
  const [own, backend] = await Promise.all([exportJWK(ec.publicKey), exportJWK(rsa.publicKey)])
  return { EC_KID, EC_X: own.x, EC_Y: own.y, RSA_KID, RSA_N: backend.n }
}

/** The box of these tests; the caller stops it. */
export const serveClients = async (): Promise<Served> =>
  serveBox({ bundles: ['test/smart/fixtures.yaml', 'test/clients/clients.yaml'], env: await keysInEnvironment() })

/** Opens the client's authorization URL as this user, allows everything, and returns where the browser was sent. */
export const allow = async ({ box }: Served, url: URL, user: string): Promise<URL> => {
  const browser = new Browser(box)
  await browser.open(url)
  await browser.submit({ username: user, password: `${user}-password` })
  if (browser.redirected === undefined) await browser.submit({ decision: 'allow' })
  return new URL(browser.redirected ?? 'about:blank')
}
