// Every kind of mutant.
import type { Kind } from './kind.ts'
import { EXTENSIONS } from './kinds/extensions.ts'
import { PROFILES } from './kinds/profiles.ts'
import { REFERENCES } from './kinds/references.ts'
import { RULES } from './kinds/rules.ts'
import { STRUCTURE } from './kinds/structure.ts'
import { VALUES } from './kinds/values.ts'

export const KINDS: readonly Kind[] = [...STRUCTURE, ...VALUES, ...REFERENCES, ...EXTENSIONS, ...RULES, ...PROFILES]
