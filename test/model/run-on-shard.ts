import type { ActorPlay } from './actor-steps.ts';
import { runCommand } from './run-command.ts';
import { contentOf, shardOf, withActor, withShard } from './state.ts';
import type { Command, Content, Reply, Shard, State } from './state.ts';

export interface RanOn {
  readonly next: State;
  readonly reply: Reply;
  readonly broken: string | undefined;
}

/** Who asks, and by which clocks. */
export interface Asking {
  readonly index: number;
  readonly wallClocksMs: readonly number[];
  /** One run too many, after its caller was answered. */
  readonly isAnswered: boolean;
}

/**
 * Runs what was sent on one connection; `undefined` if that connection leads nowhere any more, or
 * to a former primary that refuses.
 */
export function runOn(
  { world, mechanisms }: ActorPlay,
  state: State,
  { command, generation }: { readonly command: Command; readonly generation: number },
  { index, wallClocksMs, isAnswered }: Asking,
): RanOn | undefined {
  const shard = shardOf(state, command.name);
  const isFormer = generation === shard.generation - 1 && shard.former !== undefined;
  if (generation !== shard.generation && !isFormer) return undefined;
  const before = isFormer ? shard.former : contentOf(shard);
  const clockMs = state.nowMs - (generation % 2) * world.skewMs;
  const at = { nowMs: state.nowMs, clockMs, wallClocksMs, times: world.times };
  const { content, reply, broken } = runCommand(mechanisms, before, command, at);
  const after = isFormer ? { ...shard, former: content } : written(shard, content, command);
  const next = withShard(state, command.name, after);
  const hasEnded = command.do === 'end' && reply.end?.kind === 'ended' && !isFormer && !isAnswered;
  const noted = hasEnded ? withActor(next, index, { endedName: command.name }) : next;
  return { next: noted, reply, broken };
}

function written(shard: Shard, content: Content, command: Command): Shard {
  if (command.do === 'confirm') return { ...shard, versions: [content] };
  const before = contentOf(shard);
  if (content.record === before.record && content.claim === before.claim) return shard;
  return { ...shard, versions: [...shard.versions, content] };
}
