import type { EffectivePolicy, OnExpiry } from '../../terms/effective-policy.ts';
import type { Source } from '../../terms/source.ts';
import type { Timeouts } from '../../terms/timeouts.ts';

/** What a policy does with an expired session of one source, and why. */
export interface ExpiryChoice {
  readonly onExpiry: OnExpiry;
  readonly why: ExpiryReason;
}

/** `policy` is the name of another policy that admits the source. */
export type ExpiryReason =
  /** The file says so. */
  | { readonly kind: 'written' }
  /** This policy is stricter than that one, whose limits the session may still keep. */
  | { readonly kind: 'stricter'; readonly policy: string }
  /** The same, but no policy with `session: login` admits the source, so nothing meets a challenge. */
  | { readonly kind: 'no_login'; readonly policy: string }
  /** One limit here is shorter and the other one longer. */
  | { readonly kind: 'incomparable'; readonly policy: string }
  /** No other policy lets a session of this source live longer. */
  | { readonly kind: 'loosest' };

/** What the choice depends on. */
export type ExpiryPolicy = Pick<
  EffectivePolicy,
  'name' | 'session' | 'mode' | 'sources' | keyof Timeouts
>;

/** Chooses for one policy; the words of the file, if it says something, hold for every source. */
export type ExpiryChooser = (
  policy: ExpiryPolicy,
  written: OnExpiry | undefined,
) => ReadonlyMap<string, ExpiryChoice>;

/** Chooses, by source name, what each policy of a file does with expired sessions. */
export function expiryChooser(
  all: readonly ExpiryPolicy[],
  sources: readonly Source[],
): ExpiryChooser {
  const groups = groupsOf(all, sources);
  return (policy, written) => {
    const choices = new Map<SourceGroup, ExpiryChoice>();
    const choose = (group: SourceGroup): ExpiryChoice => {
      const known = choices.get(group);
      if (known !== undefined) return known;
      const choice: ExpiryChoice =
        written === undefined
          ? defaultChoice(policy, group)
          : { onExpiry: written, why: { kind: 'written' } };
      choices.set(group, choice);
      return choice;
    };
    return new Map(
      Array.from(groups, ([name, group]) => [name, group] as const)
        .filter(([name]) => policy.sources.has(name))
        .map(([name, group]) => [name, choose(group)]),
    );
  };
}

/** Sources for which every choice is the same: in most files all of them. */
interface SourceGroup {
  readonly rivals: readonly ExpiryPolicy[];
  /** Whether a login can meet a challenge. */
  readonly isMet: boolean;
}

function groupsOf(
  all: readonly ExpiryPolicy[],
  sources: readonly Source[],
): ReadonlyMap<string, SourceGroup> {
  const alike = new Map<string, SourceGroup>();
  const groups = new Map<string, SourceGroup>();
  for (const source of sources) {
    const rivals = rivalsOver(source, all);
    const isMet = isMetByLogin(source, all);
    const key = JSON.stringify([isMet, rivals.map(({ name }) => name)]);
    const group = alike.get(key) ?? { rivals, isMet };
    alike.set(key, group);
    groups.set(source.name, group);
  }
  return groups;
}

function defaultChoice(policy: ExpiryPolicy, { rivals, isMet }: SourceGroup): ExpiryChoice {
  let incomparable: string | undefined;
  for (const rival of rivals) {
    if (!exceeds(rival, policy)) continue;
    if (exceeds(policy, rival)) incomparable ??= rival.name;
    else if (isMet) {
      return { onExpiry: 'challenge', why: { kind: 'stricter', policy: rival.name } };
    } else return { onExpiry: 'end', why: { kind: 'no_login', policy: rival.name } };
  }
  return incomparable === undefined
    ? { onExpiry: 'end', why: { kind: 'loosest' } }
    : { onExpiry: 'end', why: { kind: 'incomparable', policy: incomparable } };
}

/** The enforcing policies with limits for a source; of those with equal limits the first. */
function rivalsOver({ name }: Source, all: readonly ExpiryPolicy[]): readonly ExpiryPolicy[] {
  const byLimits = new Map<string, ExpiryPolicy>();
  for (const policy of all) {
    const { session, mode, sources, idleTimeoutMs, absoluteTimeoutMs } = policy;
    const hasLimits = session === 'required' || session === 'optional';
    if (!hasLimits || mode === 'observe' || !sources.has(name)) continue;
    const limits = `${idleTimeoutMs} ${absoluteTimeoutMs}`;
    if (!byLimits.has(limits)) byLimits.set(limits, policy);
  }
  return [...byLimits.values()];
}

/** Whether one limit of `one` is longer than that of `other`. */
function exceeds(one: Timeouts, other: Timeouts): boolean {
  return (
    (one.idleTimeoutMs ?? Infinity) > (other.idleTimeoutMs ?? Infinity) ||
    (one.absoluteTimeoutMs ?? Infinity) > (other.absoluteTimeoutMs ?? Infinity)
  );
}

/**
 * Whether a login can meet a challenge. A token comes from a login of its own. A login that sets a
 * cookie or a header may keep the value, unless a login page takes it off the request.
 */
function isMetByLogin({ name, place }: Source, all: readonly ExpiryPolicy[]): boolean {
  if (place.kind === 'bearer' || place.kind === 'jwt') return true;
  return all.some(({ session, sources }) => session === 'login' && sources.has(name));
}
