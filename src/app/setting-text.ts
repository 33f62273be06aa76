import { PROCESS_SETTINGS } from './process-settings.ts';
import type { Environment, SettingName } from './process-settings.ts';
import type { Setting } from './setting.ts';

/** The setting of that name. */
export function settingNamed(name: SettingName): Setting<SettingName> {
  const setting = PROCESS_SETTINGS.find((one) => one.name === name);
  if (setting === undefined) throw new TypeError(`no setting ${name}`);
  return setting;
}

/** What somebody has set, and where: the flag first, then the environment, then the default. An empty variable is none. */
export function settingText<Name extends string>(
  setting: Setting<Name>,
  flags: Readonly<Partial<Record<Name, string | undefined>>>,
  environment: Environment,
): { readonly text: string | undefined; readonly from: string } {
  const flag = flags[setting.name];
  if (flag !== undefined) return { text: flag, from: setting.flag };
  const value = environment[setting.variable];
  if (value !== undefined && value !== '') return { text: value, from: setting.variable };
  return { text: setting.default, from: setting.flag };
}
