import { isSettled } from './actor-steps.ts';
import type { Truth } from './design-rule.ts';
import type { Actor, Claim, Command, Content, LateCommand, Reply, Shard, State } from './state.ts';
import { shardOf } from './state.ts';
import { ABSOLUTE_MAX_MS, IDLE_MAX_MS } from './world.ts';
import type { Times, World } from './world.ts';

/** One unit more than the longest limit, and one for a clock that is behind. */
const BEYOND_MS = 2;
/** The present, and from which age on more makes no difference. */
interface Present {
  readonly nowMs: number;
  readonly times: Times;
}

/**
 * The text of a state. Instants count as how long ago they were, up to where more makes no
 * difference: so time may go on for ever, and there are no more states. Actors with the same role
 * can be exchanged, and of what a failover may bring back only the set matters.
 */
export class Encoder {
  /** The numbers of the actors with one role. */
  readonly #groups: readonly (readonly number[])[];
  readonly #shards = new Kept<Shard>();
  readonly #actors = new Kept<Actor>();
  readonly #times: Times;

  constructor({ actors, times }: World) {
    this.#times = times;
    const roles = [...new Set(actors)];
    this.#groups = roles.map((role) =>
      [...actors.keys()].filter((index) => actors[index] === role),
    );
  }

  encode(state: State): string {
    const { nowMs, shards, actors, late, isDurable } = state;
    const present = { nowMs, times: this.#times };
    let text = isDurable ? 'durable' : '';
    let connections = '';
    for (const shard of shards) {
      text += `${this.#shards.of(shard, nowMs, '', () => shardCode(shard, present))};`;
      connections += `${shard.generation},`;
    }
    for (const group of this.#groups) {
      const codes = group.map((index) => {
        const actor = actors[index];
        if (actor === undefined) return '';
        const code = this.#actors.of(actor, nowMs, connections, () =>
          actorCode(actor, state, present),
        );
        return late?.actor === index ? code + lateCode(late, state, present) : code;
      });
      text += codes.length === 1 ? `${codes[0]};` : `${codes.toSorted().join('|')};`;
    }
    return text;
  }
}

/** The codes of objects that many states share, at one instant. */
class Kept<Part extends object> {
  readonly #codes = new WeakMap<
    Part,
    { readonly nowMs: number; readonly connections: string; readonly code: string }
  >();

  of(part: Part, nowMs: number, connections: string, make: () => string): string {
    const kept = this.#codes.get(part);
    if (kept?.nowMs === nowMs && kept.connections === connections) return kept.code;
    const code = make();
    this.#codes.set(part, { nowMs, connections, code });
    return code;
  }
}

function lateCode(late: LateCommand, state: State, present: Present): string {
  const isAnswered = late.isAnswered ? 'a' : '';
  return `*${commandCode(late.command, present)}${isAnswered}${aliveCode(state, late)}`;
}

function shardCode({ generation, versions, former }: Shard, present: Present): string {
  const codes = versions.map((content) => contentCode(content, present));
  const last = codes.at(-1) ?? '';
  const set = [...new Set(codes)].toSorted().join('/');
  const old = former === undefined ? '' : `former ${contentCode(former, present)}`;
  return `${generation % 2}${last}<${set}${old}`;
}

function contentCode({ record, claim, truth }: Content, present: Present): string {
  const claimed = claim === undefined ? '' : keptClaimCode(claim, present);
  return `${recordCode(record, truth, present.nowMs)}${claimed}`;
}

// One that no clock keeps any more is like none.
function keptClaimCode(claim: Claim, present: Present): string {
  const goneMs = claimGoneMs(present);
  const age = ago(present.nowMs, claim.keptFromMs, goneMs);
  return age === goneMs ? '' : `c${claimCode(claim, present)}${age}`;
}

function claimCode({ name, bornAtMs }: Claim, present: Present): string {
  return `${name}.${ago(present.nowMs, bornAtMs, claimGoneMs(present))}`;
}

/** A claim of this age is not kept any more, also by a clock that is behind. */
function claimGoneMs({ times }: Present): number {
  return times.claimKeptMs + 1;
}

function recordCode(record: Content['record'], truth: Truth | undefined, nowMs: number): string {
  const isTrue = truth === undefined ? 'n' : truth.hasEnded ? 'e' : 'l';
  if (record === undefined) return `-${isTrue}`;
  if (record.kind === 'tombstone') {
    return `T${record.startedAtMs === undefined ? '' : 's'}${record.endedBy[0]}${isTrue}`;
  }
  const { startedAtMs, lastActivityAtMs, longestGapMs, challengedAtMs } = record;
  const ages = [
    ago(nowMs, startedAtMs, ABSOLUTE_MAX_MS + BEYOND_MS),
    ago(nowMs, lastActivityAtMs, IDLE_MAX_MS + BEYOND_MS),
    Math.min(longestGapMs, IDLE_MAX_MS),
  ];
  return `L${ages.join(',')}${challengedAtMs === undefined ? '' : 'c'}${isTrue}`;
}

function actorCode(
  { work, note, isBehind, endedName }: Actor,
  state: State,
  present: Present,
): string {
  const noteCode =
    note === undefined
      ? ''
      : `n${note.name}${isSettled(note) ? 't' : ''}${note.request.unknown === 'tombstone' ? 'x' : ''}`;
  const ghost = `${isBehind ? 'b' : ''}${endedName ?? ''}`;
  if (work === undefined) return `.${noteCode}${ghost}`;
  const { kind, policy, askedAtMs, command, reply, isAfterEnd } = work;
  const age = ago(state.nowMs, askedAtMs, present.times.decisionMs + 1);
  const replyText = reply === undefined ? '' : replyCode(reply, work.askedAtMs, present);
  return `${kind[0]}${policy[0]}${age}${commandCode(command, present)}${aliveCode(state, work)}${replyText}${isAfterEnd ? 'A' : ''}${noteCode}${ghost}`;
}

function aliveCode(
  state: State,
  { command, generation }: { readonly command: Command; readonly generation: number },
): string {
  const behind = shardOf(state, command.name).generation - generation;
  return behind === 0 ? '' : behind === 1 ? '~' : '!';
}

function replyCode({ word, claimed, liveFor, atMs }: Reply, askedAtMs: number, present: Present) {
  const claim = claimed === undefined ? '' : claimCode(claimed, present);
  const age = atMs < askedAtMs ? '<' : ago(present.nowMs, atMs, 2);
  return `=${word}${claim}${liveFor.join('')}${age}`;
}

function commandCode(command: Command, present: Present): string {
  switch (command.do) {
    case 'touch':
      return `t${command.name}${command.policy[0]}`;
    case 'open': {
      const claim = command.claim === undefined ? '' : claimCode(command.claim, present);
      return `o${command.name}${command.policy[0]}${claim}`;
    }
    case 'claim': {
      const seen = command.seen === undefined ? '' : claimCode(command.seen, present);
      return `c${command.name}${command.proposal}${seen}`;
    }
    case 'end':
      return `e${command.name}${command.request.endedAtMs === undefined ? '' : 't'}${command.request.unknown === 'tombstone' ? 'x' : ''}`;
    case 'sweep':
    case 'confirm':
      return `${command.do[1]}${command.name}`;
    default:
      return command satisfies never;
  }
}

function ago(nowMs: number, atMs: number, most: number): number {
  return Math.min(nowMs - atMs, most);
}
