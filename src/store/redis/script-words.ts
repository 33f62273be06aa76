import { createHash } from 'node:crypto';
import type { Ability, Capabilities } from '../capabilities.ts';
import type { EndRequest } from '../../session/end-request.ts';
import type { RequestedEnd } from '../../session/session-record.ts';
import type { SubjectKey } from '../../session/subject-key.ts';
import type { Timeouts } from '../../terms/timeouts.ts';
import { loosestLimits } from '../../session/loosest-limits.ts';
import type {
  EndLimits,
  LoginVisit,
  OpenRequest,
  SourceRule,
  TouchRequest,
  TouchRule,
} from '../../session/session-store.ts';
import { isSubjectKey } from './store-keys.ts';

/** Characters of a subject in clear. */
const SUBJECT_NAME_MAX = 256;

/** What all replicas must be able to read before a reason is written. */
const ABILITY_OF_END: Readonly<Record<RequestedEnd, Ability>> = {
  revoked: 'exact_ends',
  signed_out: 'exact_ends',
  subject_locked: 'subjects',
  session_limit: 'subjects',
};

/** The limits of a source as arguments of the scripts. */
export interface LimitWords {
  /** Equal for equal limits, on every replica. */
  readonly digest: string;
  /** Idle and absolute timeout of each set of limits, in turn. */
  readonly pairs: readonly string[];
  /** The same, and the policy of each set, in turn. */
  readonly triples: readonly string[];
  /** The same limits as numbers. */
  readonly frontier: readonly EndLimits[];
}

/** The limits of all sources, by source name. */
export type LimitsBySource = ReadonlyMap<string, LimitWords>;

/** The arguments that `touch.lua` and `open.lua` share, after the nonce. None of them is a subject. */
export function touchWords({ rule, source }: TouchRequest, capabilities: Capabilities): string[] {
  return [
    durationWord(rule.idleTimeoutMs),
    durationWord(rule.absoluteTimeoutMs),
    onExpiryWord(rule, capabilities),
    rule.countsAsActivity ? '1' : '0',
    milliseconds(source.touchIntervalMs),
    milliseconds(source.retentionMs),
    rule.policy,
    source.source,
  ];
}

/**
 * All arguments of `open.lua` after the nonce.
 * @param markedAtMs the newest renewal of its partition's mark that this replica knows
 */
export function openWords(
  request: OpenRequest,
  limits: LimitWords,
  capabilities: Capabilities,
  markedAtMs: number,
): string[] {
  const { opening, startedAtMs, subjectName, ownLimits, onStoreLoss, claim } = request;
  const subject = askedSubject(request, capabilities) ?? '';
  const loginAt = startedAtMs === undefined ? '' : milliseconds(Math.trunc(startedAtMs));
  return [
    ...touchWords(request, capabilities),
    subject,
    subject === '' ? '' : subjectNameWord(subjectName),
    opening,
    loginAt,
    ownLimitsWord(ownLimits),
    limits.digest,
    onStoreLoss === 'fence' ? milliseconds(markedAtMs) : '',
    claim ?? '',
    ...limits.pairs,
  ];
}

/**
 * The subject that a request names, while all replicas can read subjects.
 * @throws {TypeError} for a text of another form, which is a bug
 */
export function askedSubject(
  { subject }: Pick<TouchRequest, 'subject'>,
  capabilities: Capabilities,
): SubjectKey | undefined {
  if (subject === undefined || !capabilities.allCan('subjects')) return undefined;
  return subjectWord(subject);
}

/** @throws {TypeError} for a text of another form, which is a bug */
export function subjectWord(subject: SubjectKey): SubjectKey {
  if (!isSubjectKey(subject)) throw new TypeError('not a subject key');
  return subject;
}

/** A subject in clear. @throws {TypeError} for a longer one, which the caller must not let through */
export function subjectNameWord(name: string | undefined): string {
  if (name !== undefined && name.length > SUBJECT_NAME_MAX) throw new TypeError('too long a name');
  return name ?? '';
}

/** Own limits as the record has them; empty if there are none. */
function ownLimitsWord(own: Timeouts | undefined): string {
  const { idleTimeoutMs, absoluteTimeoutMs } = own ?? {};
  if (idleTimeoutMs === undefined && absoluteTimeoutMs === undefined) return '';
  return `${durationWord(idleTimeoutMs)}:${durationWord(absoluteTimeoutMs)}`;
}

const knownLimits = new WeakMap<SourceRule, LimitWords>();

/** The limits of a source. Computed once for each rule object, which a configuration makes. */
export function limitWords(rule: SourceRule): LimitWords {
  const known = knownLimits.get(rule);
  if (known !== undefined) return known;
  const frontier = loosestLimits(rule.overLimits);
  const pairOf = ({ idleTimeoutMs, absoluteTimeoutMs }: Timeouts): string[] => [
    durationWord(idleTimeoutMs),
    durationWord(absoluteTimeoutMs),
  ];
  const pairs = frontier.flatMap(pairOf);
  const triples = frontier.flatMap((limits) => [...pairOf(limits), limits.policy]);
  const digest = createHash('sha256').update(pairs.join(' ')).digest('base64url').slice(0, 12);
  const words = { digest, pairs, triples, frontier };
  knownLimits.set(rule, words);
  return words;
}

/** A whole number of milliseconds as text. @throws {TypeError} for anything else, which is a bug */
export function milliseconds(ms: number): string {
  if (!Number.isSafeInteger(ms)) throw new TypeError('not a whole number of milliseconds');
  return String(ms);
}

/** Milliseconds as text; empty for `undefined`. */
export function durationWord(ms: number | undefined): string {
  return ms === undefined ? '' : milliseconds(ms);
}

/** All arguments of `login.lua` after the nonce. */
export function loginWords(visit: LoginVisit, capabilities: Capabilities): string[] {
  const { source, mayEnd, maySignOut, endLimits } = visit;
  return [
    mayEnd ? '1' : '0',
    maySignOut ? endWord('signed_out', capabilities) : '',
    milliseconds(source.retentionMs),
    source.source,
    ...endLimitWords(endLimits),
  ];
}

const knownEndLimits = new WeakMap<readonly EndLimits[], readonly string[]>();

function endLimitWords(limits: readonly EndLimits[]): readonly string[] {
  const known = knownEndLimits.get(limits);
  if (known !== undefined) return known;
  const words = limits.flatMap(({ policy, idleTimeoutMs, absoluteTimeoutMs }) => [
    policy,
    durationWord(idleTimeoutMs),
    durationWord(absoluteTimeoutMs),
  ]);
  knownEndLimits.set(limits, words);
  return words;
}

/** All arguments of `end.lua` after the nonce. */
export function endWords(request: EndRequest, capabilities: Capabilities): string[] {
  const { source, by, unknown = 'leave', subject, policy = '', endedAtMs } = request;
  return [
    endWord(by, capabilities),
    milliseconds(source.retentionMs),
    source.source ?? '',
    unknown === 'tombstone' && !capabilities.allCan('subjects') ? 'plain' : unknown,
    subject === undefined ? '' : subjectWord(subject),
    durationWord(endedAtMs),
    policy,
  ];
}

/** The word for an end on request, as exact as all replicas can read it. */
export function endWord(by: RequestedEnd, capabilities: Capabilities): RequestedEnd {
  return capabilities.allCan(ABILITY_OF_END[by]) ? by : 'revoked';
}

/** Whether the challenge mark of this rule must not be written yet. */
export function isUnmarked({ onExpiry }: TouchRule, capabilities: Capabilities): boolean {
  return onExpiry === 'challenge' && !capabilities.allCan('challenge_mark');
}

// Observe comes first: it never ends anything, leaves no mark, and counts activity past the limit.
function onExpiryWord(rule: TouchRule, capabilities: Capabilities): string {
  if (rule.mode === 'observe') return rule.mode;
  return isUnmarked(rule, capabilities) ? 'keep' : rule.onExpiry;
}
