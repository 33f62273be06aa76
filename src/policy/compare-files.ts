import type { SettingTexts } from './effective-settings.ts';
import { effectiveSettings } from './effective-settings.ts';
import type { LoadedPolicies } from './loaded-policies.ts';

/** One setting that differs. `undefined`: it does not exist there. */
export interface SettingChange {
  readonly setting: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A source or policy of which some setting differs, or which only one of the files has. */
export interface EntryChange {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Empty unless it has changed. */
  readonly settings: readonly SettingChange[];
}

/** What differs between two files, in effect: writing a default out changes nothing. */
export interface FileChanges {
  readonly file: readonly SettingChange[];
  readonly sources: readonly EntryChange[];
  readonly policies: readonly EntryChange[];
}

export function compareFiles(before: LoadedPolicies, after: LoadedPolicies): FileChanges {
  const old = effectiveSettings(before);
  const now = effectiveSettings(after);
  return {
    file: [...settingChanges(old.file, now.file), ...orderChange(old.policies, now.policies)],
    sources: entryChanges(old.sources, now.sources),
    policies: entryChanges(old.policies, now.policies),
  };
}

function entryChanges(
  before: ReadonlyMap<string, SettingTexts>,
  after: ReadonlyMap<string, SettingTexts>,
): readonly EntryChange[] {
  const names = new Set([...after.keys(), ...before.keys()]);
  return [...names].flatMap((name): readonly EntryChange[] => {
    const old = before.get(name);
    const now = after.get(name);
    if (old === undefined) return [{ name, change: 'added', settings: [] }];
    if (now === undefined) return [{ name, change: 'removed', settings: [] }];
    const settings = settingChanges(old, now);
    return settings.length === 0 ? [] : [{ name, change: 'changed', settings }];
  });
}

function settingChanges(before: SettingTexts, after: SettingTexts): readonly SettingChange[] {
  const names = new Set([...after.keys(), ...before.keys()]);
  return [...names]
    .map((setting) => ({ setting, before: before.get(setting), after: after.get(setting) }))
    .filter((change) => change.before !== change.after);
}

/** The first policy that matches is used, so their order counts: of those that both files have. */
function orderChange(
  before: ReadonlyMap<string, SettingTexts>,
  after: ReadonlyMap<string, SettingTexts>,
): readonly SettingChange[] {
  const old = [...before.keys()].filter((name) => after.has(name)).join(', ');
  const now = [...after.keys()].filter((name) => before.has(name)).join(', ');
  return old === now ? [] : [{ setting: 'order of policies', before: old, after: now }];
}
