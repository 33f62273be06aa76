import type { Content, Reply, State, Work } from './state.ts';
import { contentOf } from './state.ts';
import type { Times } from './world.ts';

// The promises of the design (section 8), as far as a model can state them. Each returns the
// sentence that is broken.

/** What one script did, compared with the design. */
export function brokenByStep(before: Content, after: Content, reply: Reply): string | undefined {
  return brokenByAnswer(before, reply) ?? brokenByWrite(before, after);
}

function brokenByAnswer(
  { truth }: Content,
  { question, word, liveFor }: Reply,
): string | undefined {
  if (question.do !== 'touch' && question.do !== 'open') return undefined;
  const isLive = liveFor.includes(question.policy);
  switch (word) {
    case 'live':
      if (isLive) return undefined;
      if (truth === undefined) return 'unknown is not new, except by an opening';
      return truth.hasEnded ? 'ended is for ever' : 'no allow at or past a deadline';
    case 'expired':
    case 'ended':
      return isLive ? 'a live session is not denied' : undefined;
    case 'unknown':
      return truth === undefined ? undefined : 'a session that is stored is known';
    case 'refused':
    case 'claimed':
    case 'confirmed':
      return undefined;
    default:
      return word satisfies never;
  }
}

function brokenByWrite(before: Content, { record, truth }: Content): string | undefined {
  const earlier = before.record;
  if (earlier?.kind === 'tombstone') {
    if (record?.kind !== 'tombstone') return 'ended is for ever';
    const isSame = record.endedAtMs === earlier.endedAtMs && record.endedBy === earlier.endedBy;
    return isSame ? undefined : 'the first end counts, with its time and reason';
  }
  if (record === undefined) return truth === undefined ? undefined : 'what was written stays';
  if (record.kind === 'tombstone') {
    return truth?.hasEnded === true ? undefined : 'only its limits and requests end a session';
  }
  if (truth === undefined) return 'unknown is not new, except by an opening';
  if (truth.hasEnded) return 'ended is for ever';
  if (earlier !== undefined) {
    if (record.startedAtMs !== earlier.startedAtMs) return 'the start never moves';
    const isBack =
      record.lastActivityAtMs < earlier.lastActivityAtMs ||
      record.longestGapMs < earlier.longestGapMs;
    if (isBack) return 'a touch moves nothing back';
  }
  const isTrue =
    record.startedAtMs === truth.startedAtMs &&
    record.lastActivityAtMs === truth.lastActivityAtMs &&
    record.longestGapMs === truth.longestGapMs;
  return isTrue ? undefined : 'the times are those of the login and of counted activity';
}

/** What the answer to a check breaks. */
export function brokenByVerdict(
  work: Work,
  reply: Reply,
  nowMs: number,
  { decisionMs }: Times,
): string | undefined {
  const isLive = reply.liveFor.includes(work.policy) && reply.atMs >= work.askedAtMs;
  if (reply.word === 'live') {
    if (nowMs - work.askedAtMs > decisionMs) return 'a late reply never becomes an allow';
    if (!isLive) return 'a reply is used only for its question';
    return work.isAfterEnd ? 'an acknowledged end holds for every later check' : undefined;
  }
  return isLive && reply.word !== 'unknown' ? 'a live session is not denied' : undefined;
}

/** What a state breaks, whatever happens next. */
export function brokenByState({ shards, actors, isDurable }: State): string | undefined {
  const opened = shards.filter((shard) => wasOpened(contentOf(shard)));
  if (opened.length > 1) return 'two names of a credential are never two sessions';
  for (const { endedName, isBehind } of actors) {
    if (endedName === undefined || isBehind) continue;
    if (shards.some((shard) => contentOf(shard).record?.kind === 'live')) {
      return 'an end that ran holds, once it was written again';
    }
  }
  // What any failover may bring back.
  const isLost =
    isDurable &&
    shards.some(({ versions }) => versions.some(({ record }) => record?.kind === 'live'));
  return isLost ? 'a durable end survives any failover' : undefined;
}

function wasOpened({ record }: Content): boolean {
  return record !== undefined && record.startedAtMs !== undefined;
}
