import type { Selection } from '../../terms/effective-policy.ts';
import type { TouchRule } from '../../session/session-store.ts';
import type { Source } from '../../terms/source.ts';

/**
 * A selection with everything that follows from it, made once for each version of the file: a check
 * only looks it up. Its parts are the same objects every time, so a cache may use them as keys.
 */
export interface PreparedSelection extends Selection {
  /** What the store needs to know, by the name of an admitted source. */
  readonly rules: ReadonlyMap<string, TouchRule>;
  /** The sources that the policy accepts, in file order. */
  readonly admittedSources: readonly Source[];
  /** The other sources. Their credentials are not accepted here. */
  readonly otherSources: readonly Source[];
}

export function prepareSelection(
  selection: Selection,
  sources: readonly Source[],
): PreparedSelection {
  const { policy, isDoubtful, passive, isPrefetch, endings } = selection;
  const isAdmitted = ({ name }: Source): boolean => policy.sources.has(name);
  const admittedSources = sources.filter(isAdmitted);
  return Object.freeze({
    policy,
    isDoubtful,
    passive,
    isPrefetch,
    endings,
    rules: touchRules(selection, admittedSources),
    // Not frozen: V8 iterates over a frozen list several times slower.
    admittedSources,
    otherSources: sources.filter((source) => !isAdmitted(source)),
  });
}

/**
 * Sources that are treated alike share one rule, because a store keeps what it prepares for each
 * object.
 */
function touchRules(
  { policy, isDoubtful, passive, isPrefetch }: Selection,
  sources: readonly Source[],
): ReadonlyMap<string, TouchRule> {
  const ruleWith = (onExpiry: TouchRule['onExpiry']): TouchRule =>
    Object.freeze({
      policy: policy.name,
      idleTimeoutMs: policy.idleTimeoutMs,
      absoluteTimeoutMs: policy.absoluteTimeoutMs,
      onExpiry,
      mode: policy.mode,
      countsAsActivity: !passive,
      maxStalenessMs: policy.maxStalenessMs,
    });
  const rules = {
    end: ruleWith('end'),
    challenge: ruleWith('challenge'),
    keep: ruleWith('keep'),
  } as const;
  // A doubtful request and a prefetch are refused like a challenge, and leave no mark.
  const isKept = isDoubtful || isPrefetch;
  return new Map(
    sources.map(({ name }) => [
      name,
      rules[isKept ? 'keep' : (policy.onExpiry.get(name) ?? 'end')],
    ]),
  );
}
