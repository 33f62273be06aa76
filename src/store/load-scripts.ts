import { readFileSync } from 'node:fs';

/** The scripts by name, with the number of their keys. `judges`: `rule.lua` is put in front. */
const SCRIPTS = {
  touch: { keys: 3, judges: true },
  open: { keys: 4, judges: true },
  end: { keys: 3, judges: true },
  sweep: { keys: 4, judges: true },
  limits: { keys: 1, judges: false },
  announce: { keys: 1, judges: false },
} as const;

export type ScriptName = keyof typeof SCRIPTS;

/** A script as the Redis client defines it. */
export interface ScriptDefinition {
  readonly numberOfKeys: number;
  readonly lua: string;
}

/** Reads all scripts from beside this file. The first line of each, `#!lua …`, must stay the first. */
export function loadScripts(): Record<ScriptName, ScriptDefinition> {
  const rule = read('rule');
  const load = (name: ScriptName): ScriptDefinition => {
    const { keys, judges } = SCRIPTS[name];
    const text = read(name);
    if (!judges) return { numberOfKeys: keys, lua: text };
    const bodyAt = text.indexOf('\n') + 1;
    return { numberOfKeys: keys, lua: text.slice(0, bodyAt) + rule + text.slice(bodyAt) };
  };
  return {
    touch: load('touch'),
    open: load('open'),
    end: load('end'),
    sweep: load('sweep'),
    limits: load('limits'),
    announce: load('announce'),
  };
}

function read(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
}
