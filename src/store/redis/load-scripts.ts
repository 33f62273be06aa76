import { readFileSync } from 'node:fs';
import { Script } from './wire/script.ts';

/**
 * Every script, and how many keys it takes, `look` for each partition. Its text is
 * `scripts/NAME.lua`.
 */
export const SCRIPT_KEYS = {
  touch: 3,
  open: 5, // and the claim, if there is one
  end: 3,
  login: 3,
  sweep: 4,
  limits: 1,
  look: 5,
  count: 3,
  announce: 1,
  claim: 1,
  enter: 2,
  attach: 1,
  begin: 4,
  unlock: 1,
  forget: 1,
  permissions: 1,
  mark: 1,
} as const;

export type ScriptName = keyof typeof SCRIPT_KEYS;

/** One thing for each script. */
export type PerScript<Thing> = Readonly<Record<ScriptName, Thing>>;

/** Makes one thing for each script. */
export function perScript<Thing>(make: (name: ScriptName) => Thing): PerScript<Thing> {
  const names = Object.keys(SCRIPT_KEYS) as ScriptName[];
  return Object.fromEntries(names.map((name) => [name, make(name)])) as PerScript<Thing>;
}

/** Reads all scripts. */
export function loadScripts(): PerScript<Script> {
  return perScript((name) => new Script(read(`${name}.lua`), SCRIPT_KEYS[name]));
}

// The first line of a script, `#!lua …`, must stay the first. A line `--+ FILE` is replaced by the
// text of that file.
function read(file: string): string {
  const text = readFileSync(new URL(`./scripts/${file}`, import.meta.url), 'utf8');
  return text.replace(/^--\+ (\w+\.lua)$/gm, (_, part: string) => read(part));
}
