import type { ActorPlay } from './actor-steps.ts';
import type { Transition } from './explore.ts';
import { contentOf, EMPTY, IDLE_ACTOR, withActor, withShard } from './state.ts';
import type { Content, LateCommand, Shard, State } from './state.ts';

type Ways = Transition<State>[];

/** Time that passes, primaries that change, and replicas of Curfew that die. */
export function faults(play: ActorPlay, state: State, ways: Ways): void {
  tick(play, state, ways);
  for (const [name, shard] of state.shards.entries()) {
    if (play.world.hasFailovers) failOver(play, state, name, shard, ways);
    if (play.world.restartsEmpty && contentOf(shard) !== EMPTY) {
      const next = promoted(play, state, name, EMPTY);
      const say = (): string => `the store ${name} restarts empty`;
      ways.push({ say, isStep: true, next: { ...next, isDurable: false } });
    }
  }
  if (play.world.hasCrashes) crash(state, ways);
}

// Calls that are late by now are given up. One of their commands may still run.
function tick({ mechanisms, world }: ActorPlay, state: State, ways: Ways): void {
  const nowMs = state.nowMs + 1;
  const say = (): string => 'time passes';
  let next: State = { ...state, nowMs };
  const given: LateCommand[] = [];
  for (const [index, { work }] of state.actors.entries()) {
    if (work === undefined || mechanisms.isInTime(nowMs, work.askedAtMs, world.times)) continue;
    next = withActor(next, index, { work: undefined });
    const { command, generation } = work;
    const isAlive = state.shards[command.name]?.generation === generation;
    if (isAlive && command.do !== 'confirm') {
      given.push({ actor: index, command, generation, isAnswered: false });
    }
  }
  ways.push({ say, isStep: false, next });
  for (const each of given) ways.push({ say, isStep: false, next: { ...next, late: each } });
}

function failOver(play: ActorPlay, state: State, name: number, shard: Shard, ways: Ways): void {
  for (const [index, content] of shard.versions.entries()) {
    const lost = shard.versions.length - 1 - index;
    ways.push({
      say: () => `failover of the store ${name}: the replica lacks the last ${lost} writes`,
      isStep: true,
      next: promoted(play, state, name, content),
    });
  }
}

/** Another primary, which has only this. Whatever an actor has noted may be lost. */
function promoted({ mechanisms }: ActorPlay, state: State, name: number, content: Content): State {
  const shard = state.shards[name];
  if (shard === undefined) return state;
  const former = mechanisms.formerRefuses ? undefined : contentOf(shard);
  const generation = shard.generation + 1;
  const changed = withShard(state, name, { generation, versions: [content], former });
  const actors = changed.actors.map((actor) => {
    const isBehind = actor.isBehind || actor.note?.name === name;
    const work = actor.work && { ...actor.work, isAfterEnd: false };
    return { ...actor, isBehind, work };
  });
  return { ...changed, actors };
}

function crash(state: State, ways: Ways): void {
  for (const [index, { work, note, endedName }] of state.actors.entries()) {
    if (work === undefined && note === undefined && endedName === undefined) continue;
    const given = state.late?.actor === index ? { ...state.late, isAnswered: true } : state.late;
    const late =
      work === undefined || work.command.do === 'confirm'
        ? given
        : {
            actor: index,
            command: work.command,
            generation: work.generation,
            isAnswered: true,
          };
    ways.push({
      say: () => `replica ${index} dies`,
      isStep: true,
      next: { ...state, late, actors: state.actors.with(index, IDLE_ACTOR) },
    });
  }
}
