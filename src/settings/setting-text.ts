import { PROCESS_SETTINGS } from './process-settings.ts';
import type { Environment } from './process-settings.ts';
import type { SettingName } from './setting-name.ts';
import type { SettingWords } from './setting.ts';

/** The setting of that name. */
export function settingNamed(name: SettingName): SettingWords<SettingName> {
  const setting = PROCESS_SETTINGS.find((one) => one.name === name);
  if (setting === undefined) throw new TypeError(`no setting ${name}`);
  return setting;
}

/**
 * The text of a setting and where it comes from: its flag, else its environment variable, else its default. An empty
 * variable counts as not set.
 */
export function settingText<Name extends string>(
  setting: SettingWords<Name>,
  flags: Readonly<Partial<Record<Name, string | undefined>>>,
  environment: Environment,
): { readonly text: string | undefined; readonly from: string; readonly isGiven: boolean } {
  const flag = flags[setting.name];
  if (flag !== undefined) return { text: flag, from: setting.flag, isGiven: true };
  const value = environment[setting.variable];
  if (value !== undefined && value !== '') {
    return { text: value, from: setting.variable, isGiven: true };
  }
  return { text: setting.default, from: setting.flag, isGiven: false };
}
