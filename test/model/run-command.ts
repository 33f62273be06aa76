import { afterOpening, afterTouch, ended, isLiveFor, isOver, NEVER_OPENED } from './design-rule.ts';
import type { Truth } from './design-rule.ts';
import { OVER_LIMITS } from './mechanisms.ts';
import type { Mechanisms } from './mechanisms.ts';
import { brokenByStep } from './promises.ts';
import type { Command, Content, Reply } from './state.ts';
import { keyAt, RULES, SOURCE } from './world.ts';
import type { PolicyName, Times } from './world.ts';

/** One command, as the store runs it. */
export interface Ran {
  readonly content: Content;
  readonly reply: Reply;
  /** The promise that it breaks. */
  readonly broken: string | undefined;
}

/** When a command runs. */
export interface RunAt {
  readonly nowMs: number;
  /** The clock of the primary that runs it. */
  readonly clockMs: number;
  readonly times: Times;
  /** The clocks of the replicas of Curfew, that of the asking one first. None may matter. */
  readonly wallClocksMs: readonly number[];
}

const POLICIES: readonly PolicyName[] = ['calm', 'strict'];

/** Runs one command, and compares what it did with what the design says. */
export function runCommand(
  mechanisms: Mechanisms,
  before: Content,
  command: Command,
  at: RunAt,
): Ran {
  const { clockMs } = at;
  const { truth } = before;
  const reply = {
    question: command,
    atMs: at.nowMs,
    claimed: undefined,
    end: undefined,
    liveFor: POLICIES.filter((policy) => isLiveFor(truth, policy, clockMs)),
  };
  const key = keyAt(command.name);
  switch (command.do) {
    case 'touch': {
      const request = { key, rule: RULES[command.policy], source: SOURCE };
      const [step, ...others] = at.wallClocksMs.map((wallClockMs) =>
        mechanisms.touch(before.record, request, clockMs, wallClockMs),
      );
      if (step === undefined) throw new Error('no replica asks');
      const isOneAnswer = others.every(({ outcome }) => outcome.kind === step.outcome.kind);
      const after = afterTouch(truth, command.policy, clockMs);
      const ran = changed(before, step.record, after, { ...reply, word: step.outcome.kind });
      if (isOneAnswer) return ran;
      return { ...ran, broken: 'the same store gives the same answer on every replica' };
    }
    case 'open': {
      const isNew = command.claim !== undefined && before.record === undefined;
      const { claim } = before;
      const kept = isNew ? mechanisms.openUnder(claim, command.claim, clockMs, at.times) : claim;
      if (isNew && kept === undefined) {
        return { content: before, reply: { ...reply, word: 'refused' }, broken: undefined };
      }
      const rule = RULES[command.policy];
      const opening = 'first-use';
      const request = { key, rule, source: SOURCE, opening, startedAtMs: undefined } as const;
      const { record, outcome } = mechanisms.open(before.record, request, clockMs);
      const after = afterOpening(truth, command.policy, clockMs);
      const liveFor = POLICIES.filter((policy) => isLiveFor(truth ?? after, policy, clockMs));
      const answer = { ...reply, liveFor, word: outcome.kind };
      return changed({ ...before, claim: kept }, record, after, answer);
    }
    case 'claim': {
      const claim = mechanisms.claim(before.claim, command.proposal, clockMs, at.times);
      if (claim === undefined) {
        return { content: before, reply: { ...reply, word: 'refused' }, broken: undefined };
      }
      const content = { ...before, claim };
      const answer = { ...reply, word: 'claimed', claimed: claim } as const;
      return { content, reply: answer, broken: undefined };
    }
    case 'end': {
      const { record, outcome } = mechanisms.end(before.record, command.request, clockMs);
      const after = truthAfterEnd(truth, command);
      const word = outcome.kind === 'unknown' ? 'unknown' : 'ended';
      return changed(before, record, after, { ...reply, word, end: outcome });
    }
    case 'sweep': {
      const { record, outcome } = mechanisms.sweep(before.record, key, OVER_LIMITS, clockMs);
      const isEnd = truth !== undefined && !truth.hasEnded && isOver(truth, clockMs);
      const word = outcome.kind === 'over' ? 'ended' : 'live';
      return changed(before, record, isEnd ? ended(truth) : truth, { ...reply, word });
    }
    case 'confirm':
      return { content: before, reply: { ...reply, word: 'confirmed' }, broken: undefined };
    default:
      return command satisfies never;
  }
}

function changed(
  before: Content,
  record: Content['record'],
  truth: Truth | undefined,
  reply: Reply,
): Ran {
  const content = { ...before, record, truth };
  return { content, reply, broken: brokenByStep(before, content, reply) };
}

function truthAfterEnd(
  truth: Truth | undefined,
  { request }: Extract<Command, { readonly do: 'end' }>,
): Truth | undefined {
  if (truth !== undefined) return ended(truth);
  return request.unknown === 'tombstone' ? NEVER_OPENED : undefined;
}
