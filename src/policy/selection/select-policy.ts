import type { EffectivePolicy, Selection, SessionEnding } from '../../terms/effective-policy.ts';
import type { RequestFacts } from '../../terms/request-facts.ts';
import { combinePolicies } from './combine-policies.ts';
import type { CompiledPolicies } from './compiled-policies.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { MatchInput } from './fields/matcher-field.ts';
import type { Judgement } from './judgement.ts';
import { judgementsOf, judgementsOfAny } from './judgement.ts';
import type { PassiveHint } from './passive-hint.ts';
import { passiveHint } from './passive-hint.ts';
import { namedPolicy, POLICY_NAME_KEY } from './named-policy.ts';
import type { UnknownPolicyName } from './policy-set.ts';
import type { HostReading } from './readings/read-host.ts';
import { readHost } from './readings/read-host.ts';
import { literalReadings, pathReadings } from './readings/path-readings.ts';
import { isAlike, otherReading, type OtherReading } from './other-reading.ts';
import type { ReadRequest, RequestReading } from './request-readings.ts';
import { matchInput, requestReadings } from './request-readings.ts';
import { endingsOf } from './session-endings.ts';

/** The selection for a request, and everything that explains it. */
export interface SelectionDetails {
  readonly selection: Selection | UnknownPolicyName;
  /** The request as it was sent. */
  readonly input: MatchInput;
  readonly host: HostReading;
  readonly path: { readonly normalised: string };
  /** Why several policies apply together, or `undefined`. */
  readonly ambiguity: string | undefined;
  /** The readings that make the request doubtful, or would without stricter ones. */
  readonly otherReadings: readonly OtherReading[];
  /** The policies that apply, in file order: one, unless the request is doubtful. */
  readonly applied: readonly CompiledPolicy[];
  /** Why the request does not count as activity, or `undefined`. */
  readonly passive: string | undefined;
}

/** What a request selects in all its readings. */
interface Judged {
  /** As it was sent. */
  readonly own: Judgement;
  /** In all readings, the one as it was sent included. */
  readonly all: readonly Judgement[];
  readonly others: readonly OtherReading[];
  /** Why the request is doubtful, or `undefined`. */
  readonly doubt: string | undefined;
}

/** Selects the policy for a request. There always is one, because the last one matches everything. */
export function selectPolicy(compiled: CompiledPolicies, facts: RequestFacts): SelectionDetails {
  const host = readHost(facts.host);
  const isLiteral = compiled.paths === 'literal';
  const paths = isLiteral ? literalReadings(facts.path) : pathReadings(facts.path);
  const input = matchInput(facts, host.normalised, paths.asSent.path);
  const explained = { input, host, path: { normalised: paths.asSent.path } };
  if (input.context.has(POLICY_NAME_KEY) && namedPolicy(compiled, input) === undefined) {
    const nothing = { ambiguity: undefined, otherReadings: [], applied: [], passive: undefined };
    return { selection: { kind: 'unknown_policy_name' }, ...explained, ...nothing };
  }
  const hint = passiveHint(facts);
  const judged = judge(compiled, { facts, host, paths }, hint);
  const kept = withoutOpen(judged.all);
  const applied = compiled.policies.filter((each) => kept.some(({ policy }) => policy === each));
  const { own, doubt: ambiguity } = judged;
  const endings = endingsOf(policiesOf(compiled, judged.all));
  const active = kept.find(({ passive }) => passive === undefined);
  const passive = active === undefined ? (kept[0] ?? own).passive : undefined;
  return {
    selection: selectionOf(applied, {
      isDoubtful: ambiguity !== undefined,
      passive,
      hint,
      endings,
    }),
    ...explained,
    ambiguity,
    otherReadings: judged.others,
    applied,
    passive,
  };
}

function judge(
  compiled: CompiledPolicies,
  request: ReadRequest,
  hint: PassiveHint | undefined,
): Judged {
  const { readings, areTooMany } = requestReadings(compiled, request);
  const [sent] = readings;
  if (sent === undefined) throw new Error('a request without a reading');
  const [own] = judgementsOf(compiled, sent, hint, false);
  if (own === undefined) throw new Error('a reading that selects no policy');
  const unreadable = whyAny(request, areTooMany);
  if (unreadable !== undefined) {
    const all = judgementsOfAny(compiled, sent.input, hint, !request.host.malformed);
    return { own, all: [own, ...all], others: [], doubt: unreadable };
  }
  const judgeAll = (ignores: (reading: RequestReading) => boolean): Judged => {
    const each = readings.map((reading) => ({
      reading,
      found: judgementsOf(compiled, reading, hint, compiled.usesRoutes && ignores(reading)),
    }));
    const others = each.flatMap(({ reading, found }) =>
      found.every((one) => isAlike(one, own)) ? [] : [otherReading(reading, found)],
    );
    const all = each.flatMap(({ found }) => found);
    return { own, all, others, doubt: whyDoubtful(own, all, others) };
  };
  const judged = judgeAll(({ mayHaveOtherRoute }) => mayHaveOtherRoute);
  if (!compiled.usesRoutes || judged.doubt === undefined) return judged;
  // The route was chosen for the path as it was sent, so it says nothing about other readings.
  return { ...judgeAll(({ isOtherPath }) => isOtherPath), doubt: judged.doubt };
}

function whyAny({ host, paths }: ReadRequest, areTooMany: boolean): string | undefined {
  if (host.malformed) return 'malformed host';
  if (paths.unreadable !== undefined) return `the path ${paths.unreadable}`;
  return areTooMany ? 'the request has too many readings' : undefined;
}

/** All policies of these judgements, in file order. */
function policiesOf(
  { policies }: CompiledPolicies,
  all: readonly Judgement[],
): readonly EffectivePolicy[] {
  return policies
    .filter((each) => all.some(({ policy }) => policy === each))
    .map(({ policy }) => policy);
}

/** Policies that let every request through count only if there are no others. */
function withoutOpen(all: readonly Judgement[]): readonly Judgement[] {
  const closed = all.filter(({ policy: { policy } }) => !isOpen(policy.session));
  return closed.length > 0 ? closed : all;
}

function isOpen(session: EffectivePolicy['session']): boolean {
  return session === 'off' || session === 'login' || session === 'ends';
}

function whyDoubtful(
  own: Judgement,
  all: readonly Judgement[],
  others: readonly OtherReading[],
): string | undefined {
  const kept = withoutOpen(all);
  if (kept.every((one) => isAlike(one, own))) return undefined;
  const names = new Set(kept.map(({ policy }) => policy.policy.name));
  const other = others.find(({ policies }) => policies.some((name) => names.has(name)));
  if (other === undefined) return 'another reading selects another policy';
  const { path, how, policies, passive } = other;
  const read = `read as ${path}${how.length === 0 ? '' : ` (${how.join(', ')})`} it would be`;
  if (policies.some((name) => name !== own.policy.policy.name)) {
    return `${read} for policy ${policies.map((name) => `"${name}"`).join(' or ')}`;
  }
  return `${read} ${passive === undefined ? 'activity' : `passive by the ${passive}`}`;
}

function selectionOf(
  applied: readonly CompiledPolicy[],
  request: {
    readonly isDoubtful: boolean;
    readonly passive: string | undefined;
    readonly hint: PassiveHint | undefined;
    readonly endings: readonly SessionEnding[];
  },
): Selection {
  const { isDoubtful, passive, hint, endings } = request;
  const [first] = applied;
  const policy =
    isDoubtful || first === undefined
      ? combinePolicies(applied.map((member) => member.policy))
      : first.policy;
  return {
    policy,
    isDoubtful,
    passive: passive !== undefined,
    isPrefetch: hint?.kind === 'prefetch',
    endings,
  };
}
