/** One setting: a flag, the environment variable that mirrors it, and the default. */
export interface Setting<Name extends string = string> {
  readonly name: Name;
  readonly flag: string;
  /** What stands for the value in the help text. */
  readonly placeholder: string;
  readonly variable: string;
  /** As somebody would write it; `undefined` = not set. */
  readonly default: string | undefined;
  readonly help: string;
}
