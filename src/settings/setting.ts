/** What one setting's text means: its value, or what is wrong with it, as words that follow the setting's name. */
export type SettingReading<Value> = { readonly value: Value } | { readonly problem: string };

/** What people and programs need to know of a setting: its flag, its environment variable, its default. */
export interface SettingWords<Name extends string = string> {
  /** Also the key under which the command line's parser returns the flag. */
  readonly name: Name;
  readonly flag: string;
  /** Takes the place of the value in the help text. */
  readonly placeholder: string;
  /** The environment variable with the same meaning. */
  readonly variable: string;
  /** As a person would write it; `undefined` = not set. */
  readonly default: string | undefined;
  readonly help: string;
  /** The flag may be given several times; the values are joined by commas. */
  readonly isList?: true;
}

/** One setting with its parser. A value that may not be absent needs a default. */
export interface Setting<Value, Name extends string = string> extends SettingWords<Name> {
  readonly default: undefined extends Value ? string | undefined : string;
  /** Reads a text that is not empty. */
  readonly parse: (text: string) => SettingReading<Value>;
}
