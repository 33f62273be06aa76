import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { EndAnswer } from '../asking/session-answers.ts';
import { endedByWords } from './session-text.ts';
import { fieldsText } from './table.ts';
import type { Field } from './table.ts';
import { instantText } from './time-text.ts';

const ACCEPTED = 202;

/** What an end has done, and what it promises. */
export function endText(answer: EndAnswer, nowMs: number): string {
  return fieldsText([['ended', endedWords(answer, nowMs)], ...promiseFields(answer, nowMs)]);
}

/** What an end promises: where it holds, and whether a failover of Redis could undo it. */
export function promiseFields(answer: EndAnswer, nowMs: number): readonly Field[] {
  const { enforced_within: within, streams_end_by: streamsEndBy, opened_since: since } = answer;
  const fields: Field[] = [];
  if (within !== undefined) {
    const when = within === '0s' ? ', from the next request on' : ` within ${within}`;
    fields.push(['enforced', `on every replica${when}`]);
  }
  fields.push(...durableFields(answer));
  if (streamsEndBy !== undefined && Date.parse(streamsEndBy) > nowMs) {
    fields.push(['open streams', `end by ${instantText(streamsEndBy, nowMs)}`]);
  }
  if (since !== undefined && since > 0) {
    fields.push(['opened since', `${countText(since)}, which go on`]);
  }
  return fields;
}

/** 3 while a failover of Redis could still undo it, or something else is missing. */
export function endCode(status: number): ExitCode {
  return status === ACCEPTED ? EXIT.notDurable : EXIT.done;
}

/** A number of sessions in words. */
export function countText(count: number): string {
  return count === 1 ? '1 session' : `${count} sessions`;
}

/** Whether a failover of Redis could undo it, and what else is missing. */
export function durableFields({
  durable,
  not_yet: notYet = [],
}: Pick<EndAnswer, 'durable' | 'not_yet'>): readonly Field[] {
  const alone = notYet.includes('durable') ? DURABLE.not_yet : DURABLE.alone;
  const missing = notYet.filter((what) => what !== 'durable');
  return [
    ['durable', durable ? DURABLE.yes : alone],
    ...missing.map((what): Field => ['not yet', NOT_YET[what] ?? what]),
  ];
}

const DURABLE = {
  yes: 'yes, every replica of Redis that may be promoted has it',
  not_yet: 'not yet: a failover of Redis now could undo it; repeat the command to make sure',
  alone: 'there is no replica of Redis to wait for',
} as const;

const NOT_YET: Readonly<Record<string, string>> = {
  finished: 'some sessions are still to end; Curfew goes on by itself',
  all_replicas: 'a replica of Curfew is too old to enforce it; finish the upgrade',
};

function endedWords(answer: EndAnswer, nowMs: number): string {
  const { ended, ended_by: endedBy, ended_at: endedAt, was_unknown: wasUnknown } = answer;
  if (endedBy !== undefined) {
    const when = endedAt === undefined ? '' : `, ${instantText(endedAt, nowMs)}`;
    return `before: ${endedByWords(endedBy)}${when}`;
  }
  if (wasUnknown === true) return 'it had no session yet, and can never have one now';
  return countText(ended);
}
