import type { EndRequest } from '../../src/session/end-request.ts';
import { firstTimeOf, Ledger } from '../../src/store/redis/durable/ledger.ts';
import type { Mechanisms } from './mechanisms.ts';
import { brokenByVerdict } from './promises.ts';
import { IDLE_ACTOR, shardOf, withActor } from './state.ts';
import type { Actor, Command, NotedEnd, Reply, State, Work } from './state.ts';
import { keyAt, SOURCE } from './world.ts';
import type { ActorRole, PolicyName, World } from './world.ts';

// What a replica of Curfew does between two answers of the store.

/** After an answer: the next state, and the promise that it breaks. */
export interface Answered {
  readonly next: State;
  /** The call is over: what its caller was answered. */
  readonly answer: string | undefined;
  readonly broken?: string | undefined;
}

export interface ActorPlay {
  readonly world: World;
  readonly mechanisms: Mechanisms;
}

/** Sends the first question of a check, on one connection. */
export function beginCheck(
  state: State,
  index: number,
  role: ActorRole,
  policy: PolicyName,
  generation: number,
): State {
  const isAfterEnd = state.actors.some(
    ({ note, isBehind }) => note !== undefined && isSettled(note) && !isBehind,
  );
  const command = { do: 'touch', name: role.own, policy } as const;
  const askedAtMs = state.nowMs;
  const reply = undefined;
  const work = {
    kind: 'check',
    policy,
    isAfterEnd,
    askedAtMs,
    command,
    generation,
    reply,
  } as const;
  return withActor(state, index, { work });
}

/** Notes an end, and sends it. */
export function beginEnd({ world, mechanisms }: ActorPlay, state: State, index: number): State {
  const name = world.actors[index]?.own ?? 0;
  return sendEnd({ world, mechanisms }, state, index, name);
}

function sendEnd({ world, mechanisms }: ActorPlay, state: State, index: number, name: number) {
  const { unknown } = world;
  const source = { source: SOURCE.source, retentionMs: SOURCE.retentionMs };
  const request = { key: keyAt(name), source, by: 'revoked', unknown } as const;
  const note = { name, request, notedAtMs: state.nowMs };
  const noted = mechanisms.notesBefore ? withActor(state, index, { note }) : state;
  const command = { do: 'end', name, request } as const;
  return send(noted, index, { kind: 'end', policy: 'calm', isAfterEnd: false }, command);
}

/** Writes the noted end again, after the primary has changed. */
export function beginAgain(
  { mechanisms }: ActorPlay,
  state: State,
  index: number,
  clockMs: number,
): State {
  const { note } = actorOf(state, index);
  if (note === undefined) throw new Error('nothing is noted');
  if (!mechanisms.writesAgain) return withActor(state, index, { isBehind: false });
  const { name, request } = note;
  const agoMs = state.nowMs - note.notedAtMs;
  const timed = isSettled(note) ? request : { ...request, endedAtMs: clockMs - agoMs };
  const command = { do: 'end', name, request: timed } as const;
  return send(state, index, { kind: 'again', policy: 'calm', isAfterEnd: false }, command);
}

/** Asks again for a confirmation whose connection was lost. */
export function askAgain({ mechanisms }: ActorPlay, state: State, index: number): State {
  const { note, work } = actorOf(state, index);
  if (note === undefined || work === undefined) throw new Error('there is nothing to confirm');
  const { name, request } = note;
  const command = mechanisms.confirmsWhatItWrote
    ? ({ do: 'end', name, request } as const)
    : ({ do: 'confirm', name } as const);
  return proceed(state, index, work, command);
}

/** Takes the reply to what an actor waits for. */
export function read(play: ActorPlay, state: State, index: number, reply: Reply): Answered {
  const { work, note } = actorOf(state, index);
  if (work === undefined) throw new Error('nothing was asked');
  switch (work.kind) {
    case 'check':
      return readForCheck(play, state, index, reply);
    case 'end':
      return readForEnd(play, state, index, reply);
    case 'again': {
      const shard = shardOf(state, work.command.name);
      const isBehind = work.generation !== shard.generation;
      // It was never answered, and the whole session is lost: nothing was promised.
      const isLost = reply.end?.kind === 'unknown' && note !== undefined && !isSettled(note);
      const change = isLost ? { endedName: undefined } : {};
      return over(withActor(state, index, { isBehind, ...change }), index, 'written again');
    }
    default:
      return work.kind satisfies never;
  }
}

function readForCheck(
  { world, mechanisms }: ActorPlay,
  state: State,
  index: number,
  reply: Reply,
): Answered {
  const { work } = actorOf(state, index);
  const own = world.actors[index]?.own ?? 0;
  if (work === undefined) throw new Error('nothing was asked');
  const { command, policy } = work;
  const goOn = (next: Command): Answered => ({
    next: proceed(state, index, work, next),
    answer: undefined,
  });
  const names = Array.from({ length: world.names }, (_, name) => name);
  switch (reply.word) {
    case 'unknown': {
      const other = command.name === own ? names.find((name) => name !== own) : undefined;
      if (other !== undefined) return goOn({ do: 'touch', name: other, policy });
      if (world.names === 1) return goOn({ do: 'open', name: own, policy, claim: undefined });
      return goOn({ do: 'claim', name: 0, proposal: own, seen: undefined });
    }
    case 'claimed': {
      const { claimed } = reply;
      if (claimed === undefined || command.do !== 'claim') throw new Error('nothing was claimed');
      const next = names.find((name) => name > command.name);
      if (next !== undefined) {
        return goOn({ do: 'claim', name: next, proposal: claimed.name, seen: claimed });
      }
      const claims = command.seen === undefined ? [claimed] : [command.seen, claimed];
      if (!mechanisms.agree(claims)) return over(state, index, 'no verdict');
      return goOn({ do: 'open', name: claimed.name, policy, claim: claims[claimed.name] });
    }
    case 'refused':
      return over(state, index, 'no verdict');
    case 'live':
    case 'expired':
    case 'ended': {
      const broken = brokenByVerdict(work, reply, state.nowMs, world.times);
      return { ...over(state, index, reply.word === 'live' ? 'ALLOW' : 'deny'), broken };
    }
    case 'confirmed':
      throw new Error('a check asks for no confirmation');
    default:
      return reply.word satisfies never;
  }
}

function readForEnd(play: ActorPlay, state: State, index: number, reply: Reply): Answered {
  const { world, mechanisms } = play;
  const { work, note } = actorOf(state, index);
  if (work === undefined) throw new Error('nothing was asked');
  const { command } = work;
  if (reply.word === 'confirmed') {
    return over({ ...state, isDurable: true }, index, 'ended, durable');
  }
  if (command.do !== 'end' || reply.end === undefined) return over(state, index, 'failed');
  const ledger = ledgerWith(note);
  const { key } = command.request;
  if (reply.end.kind === 'unknown') {
    ledger.forget(key);
    const forgotten = withActor(state, index, { note: noteIn(ledger, key, note) });
    const own = world.actors[index]?.own ?? 0;
    const other = command.name === own ? 1 - own : undefined;
    if (world.names === 2 && other !== undefined) {
      return { next: sendEnd(play, forgotten, index, other), answer: undefined };
    }
    return over(forgotten, index, 'unknown');
  }
  if (!mechanisms.notesBefore) ledger.note({ kind: 'end', request: command.request });
  const { endedAtMs } = reply.end;
  const unknown = mechanisms.leavesTombstone ? 'tombstone' : command.request.unknown;
  const request: EndRequest = { ...command.request, endedAtMs, unknown };
  ledger.settle(key, { kind: 'end', request });
  const noted = { name: command.name, request, notedAtMs: state.nowMs };
  const settled = withActor(state, index, { note: noteIn(ledger, key, note ?? noted) });
  if (!mechanisms.waits) return over({ ...settled, isDurable: true }, index, 'ended, durable');
  const isSame = work.generation === shardOf(state, command.name).generation;
  const next: Command =
    isSame || !mechanisms.confirmsWhatItWrote
      ? { do: 'confirm', name: command.name }
      : { do: 'end', name: command.name, request };
  return { next: proceed(settled, index, work, next), answer: undefined };
}

/** Whether the store has answered the end. */
export function isSettled({ request }: NotedEnd): boolean {
  return firstTimeOf({ kind: 'end', request }) !== undefined;
}

// The ledger of the product, with what this actor has noted.
function ledgerWith(note: NotedEnd | undefined): Ledger {
  const ledger = new Ledger(() => 0);
  if (note !== undefined) ledger.note({ kind: 'end', request: note.request });
  return ledger;
}

function noteIn(ledger: Ledger, key: string, note: NotedEnd | undefined): NotedEnd | undefined {
  const call = ledger.get(key)?.call;
  if (call?.kind !== 'end' || note === undefined) return undefined;
  return { ...note, request: call.request };
}

function actorOf(state: State, index: number): Actor {
  return state.actors[index] ?? IDLE_ACTOR;
}

type NewWork = Pick<Work, 'kind' | 'policy' | 'isAfterEnd'>;

function send(state: State, index: number, work: NewWork, command: Command): State {
  return proceed(state, index, { ...work, askedAtMs: state.nowMs }, command);
}

function proceed(
  state: State,
  index: number,
  work: Omit<Work, 'command' | 'generation' | 'reply'>,
  command: Command,
): State {
  const { generation } = shardOf(state, command.name);
  return withActor(state, index, { work: { ...work, command, generation, reply: undefined } });
}

function over(state: State, index: number, answer: string): Answered {
  return { next: withActor(state, index, { work: undefined }), answer };
}
