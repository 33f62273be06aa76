import { askAgain, beginAgain, beginCheck, beginEnd, read } from './actor-steps.ts';
import type { ActorPlay } from './actor-steps.ts';
import { Encoder } from './encode.ts';
import type { Model, Transition } from './explore.ts';
import { faults } from './faults.ts';
import type { Mechanisms } from './mechanisms.ts';
import { brokenByState } from './promises.ts';
import { runOn } from './run-on-shard.ts';
import { EMPTY, IDLE_ACTOR, shardOf, withActor } from './state.ts';
import type { Actor, Command, State, Work } from './state.ts';
import { commandText } from './trace.ts';
import type { ActorRole, PolicyName, World } from './world.ts';

type Ways = Transition<State>[];

/** Everything that can happen in a world, from a credential that was never seen. */
export function modelOf(world: World, mechanisms: Mechanisms): Model<State> {
  const play = { world, mechanisms };
  const encoder = new Encoder(world);
  return {
    initial: {
      nowMs: 0,
      shards: Array.from({ length: world.names }, () => ({
        generation: 0,
        versions: [EMPTY],
        former: undefined,
      })),
      actors: world.actors.map(() => IDLE_ACTOR),
      late: undefined,
      isDurable: false,
    },
    transitions: (state) => {
      const ways: Ways = [];
      for (const [index, actor] of state.actors.entries()) {
        if (actor.work === undefined) begin(play, state, index, ways);
        else goOn(play, state, index, actor.work, ways);
      }
      runLate(play, state, ways);
      if (world.hasSweeper) sweep(play, state, ways);
      faults(play, state, ways);
      return ways;
    },
    encode: (state) => encoder.encode(state),
    broken: brokenByState,
  };
}

function begin(play: ActorPlay, state: State, index: number, ways: Ways): void {
  const role = play.world.actors[index];
  const actor = state.actors[index];
  if (role === undefined || actor === undefined) return;
  // Of idle actors with one role, one is enough.
  const isLike = (other: Actor, at: number): boolean =>
    at < index && other === IDLE_ACTOR && play.world.actors[at] === role;
  if (actor === IDLE_ACTOR && state.actors.some(isLike)) return;
  for (const policy of role.checks) check(play, state, { index, role, policy }, ways);
  if (role.ends && actor.note === undefined && actor.endedName === undefined) {
    ways.push({
      say: () => `replica ${index} is to end the session`,
      isStep: false,
      next: beginEnd(play, state, index),
    });
  }
  if (actor.isBehind && actor.note !== undefined) {
    const clockMs = clockOf(play.world, state, actor.note.name);
    ways.push({
      say: () => `replica ${index} writes its end again`,
      isStep: false,
      next: beginAgain(play, state, index, clockMs),
    });
  }
}

interface NewCheck {
  readonly index: number;
  readonly role: ActorRole;
  readonly policy: PolicyName;
}

// Nothing depends on how long a touch is under way, but whether it is too late. So where replies do
// not wait, it runs at once, or after it was given up.
function check(play: ActorPlay, state: State, { index, role, policy }: NewCheck, ways: Ways): void {
  const { generation, former } = shardOf(state, role.own);
  const connections = former === undefined ? [generation] : [generation, generation - 1];
  for (const connection of connections) {
    const next = beginCheck(state, index, role, policy, connection);
    const work = next.actors[index]?.work;
    if (work === undefined) continue;
    const where = connection === generation ? '' : ' of the former primary';
    const say = (): string => `replica ${index}${where} asks for the ${policy} policy`;
    if (play.world.repliesWait) {
      ways.push({ say, isStep: false, next });
      continue;
    }
    const { command } = work;
    goOn(play, next, index, work, ways);
    const late = {
      actor: index,
      command,
      generation: connection,
      isAnswered: false,
    };
    const given = (): string => `${say()}, and gives up`;
    ways.push({ say: given, isStep: false, next: { ...state, late } });
  }
}

// What an actor waits for: its command runs, and the reply is read or waits.
function goOn(play: ActorPlay, state: State, index: number, work: Work, ways: Ways): void {
  const { command, generation, reply } = work;
  if (reply !== undefined) {
    ways.push(...answered(play, state, index, `replica ${index} reads the reply`, work));
    return;
  }
  const wallClocksMs = wallClocks(state, index);
  const ran = runOn(
    play,
    state,
    { command, generation },
    { index, wallClocksMs, isAnswered: false },
  );
  if (ran === undefined) {
    if (command.do !== 'confirm') return;
    ways.push({
      say: () => `replica ${index} asks again, on its new connection`,
      isStep: false,
      next: askAgain(play, state, index),
    });
    return;
  }
  const waiting = withActor(ran.next, index, { work: { ...work, reply: ran.reply } });
  const say = (): string => `  ${commandText(command)} of replica ${index} runs: ${ran.reply.word}`;
  const { broken } = ran;
  if (play.world.repliesWait || broken !== undefined) {
    ways.push({ say, isStep: true, next: waiting, broken });
    return;
  }
  for (const way of answered(play, waiting, index, '', { ...work, reply: ran.reply })) {
    ways.push({ ...way, isStep: true, say: () => `${say()}${way.say()}` });
  }
}

function answered(
  play: ActorPlay,
  state: State,
  index: number,
  start: string,
  { reply, command, generation }: Work,
): Ways {
  if (reply === undefined) return [];
  const { next, answer, broken } = read(play, state, index, reply);
  const say = (): string => (answer === undefined ? start : `${start} -> ${answer}`);
  const ways: Ways = [{ say, isStep: false, next, broken }];
  // What was sent may run once more.
  if (answer === undefined || command.do === 'confirm') return ways;
  const late = { actor: index, command, generation, isAnswered: true };
  ways.push({ say, isStep: false, next: { ...next, late }, broken });
  return ways;
}

function runLate(play: ActorPlay, state: State, ways: Ways): void {
  const { late } = state;
  if (late === undefined) return;
  const { actor: index, isAnswered } = late;
  const wallClocksMs = wallClocks(state, index);
  const ran = runOn(play, state, late, { index, wallClocksMs, isAnswered });
  if (ran === undefined) return;
  const next = { ...ran.next, late: undefined };
  const say = (): string =>
    `  ${commandText(late.command)} of replica ${index} runs late: ${ran.reply.word}`;
  ways.push({ say, isStep: true, next, broken: ran.broken });
  const work = next.actors[index]?.work;
  if (work === undefined || work.reply !== undefined) return;
  if (!play.mechanisms.answers(work, ran.reply)) return;
  for (const way of answered(play, next, index, '', { ...work, reply: ran.reply })) {
    ways.push({
      ...way,
      isStep: true,
      say: () => `${say()}, and its reply is taken for the next${way.say()}`,
    });
  }
}

function sweep(play: ActorPlay, state: State, ways: Ways): void {
  for (const [name, { generation, versions }] of state.shards.entries()) {
    if (versions.at(-1)?.record?.kind !== 'live') continue;
    const command: Command = { do: 'sweep', name };
    const ran = runOn(
      play,
      state,
      { command, generation },
      { index: 0, wallClocksMs: [0], isAnswered: true },
    );
    if (ran === undefined) continue;
    const say = (): string =>
      `  the sweeper looks at it: ${ran.reply.word === 'ended' ? 'over' : 'not over'}`;
    ways.push({ say, isStep: true, next: ran.next, broken: ran.broken });
  }
}

/** By the clock of the primary. */
export function clockOf(world: World, state: State, name: number): number {
  return state.nowMs - (shardOf(state, name).generation % 2) * world.skewMs;
}

// The clocks of two replicas, that of the one that asks first: they differ by more than any limit.
function wallClocks({ nowMs }: State, index: number): readonly number[] {
  return [nowMs + 10 * index, nowMs - 10];
}
