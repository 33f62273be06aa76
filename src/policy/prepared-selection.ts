import type { Selection } from '../session/effective-policy.ts';
import type { TouchRule } from '../session/session-store.ts';
import type { Source } from '../session/source.ts';

/**
 * A selection with all that follows from it alone, made once per version of the file: a check looks it up and makes
 * nothing. Its parts are the same objects each time, so that who prepares something from one of them may key it
 * on the object.
 */
export interface PreparedSelection extends Selection {
  /** What the store needs of it. */
  readonly rule: TouchRule;
  /** The sources that the policy admits, in file order. */
  readonly admittedSources: readonly Source[];
  /** The others: their credentials are judged by nobody. */
  readonly otherSources: readonly Source[];
}

export function prepareSelection(
  selection: Selection,
  sources: readonly Source[],
): PreparedSelection {
  const { policy, ambiguousPath, passive } = selection;
  const isAdmitted = ({ name }: Source): boolean => policy.sources.has(name);
  return Object.freeze({
    policy,
    ambiguousPath,
    passive,
    rule: Object.freeze({
      policy: policy.name,
      idleTimeoutMs: policy.idleTimeoutMs,
      absoluteTimeoutMs: policy.absoluteTimeoutMs,
      onExpiry: ambiguousPath || policy.onExpiry === 'challenge' ? 'keep' : 'end',
      mode: policy.mode,
      countsAsActivity: !passive,
    }),
    // Not frozen: V8 goes through a frozen list several times slower.
    admittedSources: sources.filter(isAdmitted),
    otherSources: sources.filter((source) => !isAdmitted(source)),
  });
}
