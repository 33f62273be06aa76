import { contradictionsOf, settingsWithoutEffect } from './contradictions.ts';
import type { PartialConfig, ProcessConfig } from './process-config.ts';
import type { Environment, SettingTexts } from './process-settings.ts';
import type { SettingName } from './setting-name.ts';
import { SETTINGS_BY_FIELD } from './process-settings.ts';
import type { SettingReading, SettingWords } from './setting.ts';
import { settingText } from './setting-text.ts';
import { warnOfUnknownVariables } from './unknown-variables.ts';

/** The settings contradict each other or cannot be read. Lists every problem at once. */
export class ProcessConfigError extends Error {
  readonly code = 'ERR_PROCESS_CONFIG';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ProcessConfigError';
    this.problems = problems;
  }
}

/**
 * Reads the settings of the process: flag before environment before default.
 * @returns the configuration, and a warning for each setting without an effect
 * @throws {ProcessConfigError}
 */
export function parseProcessConfig(
  flags: SettingTexts,
  environment: Environment,
): { readonly config: ProcessConfig; readonly warnings: readonly string[] } {
  const { config, given, problems } = readSettings(flags, environment);
  const all = [...problems, ...contradictionsOf(config, given)];
  if (!isComplete(config) || all.length > 0) throw new ProcessConfigError(all);
  const warnings = [...warnOfUnknownVariables(environment), ...settingsWithoutEffect(config)];
  return { config: Object.freeze(config), warnings };
}

/** A setting of any type of value. */
type ReadableSetting = SettingWords<SettingName> & {
  readonly parse: (text: string) => SettingReading<unknown>;
};

type Field = keyof ProcessConfig;
const FIELDS = Object.keys(SETTINGS_BY_FIELD) as readonly Field[];

function readSettings(
  flags: SettingTexts,
  environment: Environment,
): {
  readonly config: PartialConfig;
  /** What was set, whether it could be read or not. */
  readonly given: ReadonlySet<Field>;
  readonly problems: readonly string[];
} {
  const config: Partial<Record<Field, unknown>> = {};
  const given = new Set<Field>();
  const problems: string[] = [];
  for (const field of FIELDS) {
    const setting: ReadableSetting = SETTINGS_BY_FIELD[field];
    const { text, from, isGiven } = settingText(setting, flags, environment);
    if (isGiven) given.add(field);
    if (text === undefined) config[field] = undefined;
    else {
      const reading = text === '' ? { problem: 'is empty' } : setting.parse(text);
      if ('problem' in reading) problems.push(`${from} ${reading.problem}`);
      else config[field] = reading.value;
    }
  }
  // Each value comes from the parser of its own row, whose type is that of the field.
  return { config: config as PartialConfig, given, problems };
}

/** Every field was read; those that may be absent are there as `undefined`. */
function isComplete(config: PartialConfig): config is ProcessConfig {
  return FIELDS.every((field) => field in config);
}
