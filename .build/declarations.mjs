// dist/types: the declarations that TypeScript reads of the library. Only box.ts and what its declarations name: the rest is nobody's to import.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const compiler = createRequire(import.meta.url).resolve('typescript/package.json')
const IMPORTED = /((?:from |import\()['"])(\.[^'"]+)\.ts(?=['"])/g

/** The declarations of a file and of all that it leads to, with imports as they are after a build. */
const copy = (file, from, to, done = new Set()) => {
  if (done.has(file)) return
  done.add(file)
  const text = readFileSync(join(from, file), 'utf8')
  mkdirSync(join(to, dirname(file)), { recursive: true })
  writeFileSync(join(to, file), text.replace(IMPORTED, '$1$2.js'))
  for (const [, , path] of text.matchAll(IMPORTED)) copy(join(dirname(file), `${path}.d.ts`), from, to, done)
}

/** Declares `src/box.ts` of the project at `root` below `target`. Throws where it does not compile. */
export const declare = (root, target) => {
  const all = mkdtempSync(join(tmpdir(), 'emberbox-types-'))
  try {
    const tsc = join(dirname(compiler), JSON.parse(readFileSync(compiler, 'utf8')).bin.tsc)
    execFileSync(process.execPath, [tsc, '-p', join(root, '.build/tsconfig.json'), '--outDir', all], { stdio: 'inherit' })
    copy('box.d.ts', all, target)
  } finally {
    rmSync(all, { recursive: true, force: true })
  }
}
