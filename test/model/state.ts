import type { EndOutcome, EndRequest } from '../../src/session/end-request.ts';
import type { SessionRecord } from '../../src/session/session-record.ts';
import type { Truth } from './design-rule.ts';
import type { PolicyName } from './world.ts';

/** What is settled about the name to open. The product has a token instead of the instant. */
export interface Claim {
  readonly name: number;
  /** Two claims at one place differ in it. */
  readonly bornAtMs: number;
  /** Since when it is kept. */
  readonly keptFromMs: number;
}

/** What the store holds of one name of the credential. */
export interface Content {
  readonly record: SessionRecord | undefined;
  readonly claim: Claim | undefined;
  /** Not in the store: what is true of the session by the design. */
  readonly truth: Truth | undefined;
}

/** A primary and its replica. */
export interface Shard {
  /** Rises with each primary. The connections to the one before it are lost. */
  readonly generation: number;
  /**
   * Everything that was written since the replica surely had it, the oldest first. The last one is
   * what the primary has; each of them may be what the replica has.
   */
  readonly versions: readonly Content[];
  /** What the primary before this one still has, if it still answers. */
  readonly former: Content | undefined;
}

/** One script, or a `WAIT`. It runs once, more than once, late, or not at all. */
export type Command =
  | { readonly do: 'touch'; readonly name: number; readonly policy: PolicyName }
  | {
      readonly do: 'claim';
      readonly name: number;
      readonly proposal: number;
      /** Not in the command: what its sender has read at the name before it. */
      readonly seen: Claim | undefined;
    }
  | {
      readonly do: 'open';
      readonly name: number;
      readonly policy: PolicyName;
      /** The claim at its name, as its sender has read it; `undefined`: there is only one name. */
      readonly claim: Claim | undefined;
    }
  | { readonly do: 'end'; readonly name: number; readonly request: EndRequest }
  | { readonly do: 'sweep'; readonly name: number }
  | { readonly do: 'confirm'; readonly name: number };

export interface Reply {
  readonly question: Command;
  /** When the script ran. */
  readonly atMs: number;
  readonly word: 'live' | 'expired' | 'ended' | 'unknown' | 'refused' | 'claimed' | 'confirmed';
  readonly claimed: Claim | undefined;
  readonly end: EndOutcome | undefined;
  /** Not in the reply: the policies for which the session was live when the script ran. */
  readonly liveFor: readonly PolicyName[];
}

/** A call of a replica of Curfew: a check, an end on request, or an end that is written again. */
export interface Work {
  readonly kind: 'check' | 'end' | 'again';
  /** The policy that judges a check. */
  readonly policy: PolicyName;
  readonly askedAtMs: number;
  readonly command: Command;
  /** The connection on which the command was sent. */
  readonly generation: number;
  readonly reply: Reply | undefined;
  /** The check began after an end that was acknowledged, with no change of primary since. */
  readonly isAfterEnd: boolean;
}

/** What a replica of Curfew has in its ledger. */
export interface NotedEnd {
  readonly name: number;
  readonly request: EndRequest;
  readonly notedAtMs: number;
}

/** A replica of Curfew. */
export interface Actor {
  readonly work: Work | undefined;
  readonly note: NotedEnd | undefined;
  /** The primary has changed, and the note has not been written again since. */
  readonly isBehind: boolean;
  /** The name under which an end of this actor has run, whether it was answered or not. */
  readonly endedName: number | undefined;
}

/** A command that its sender has given up, or got an answer to, and that may still run once. */
export interface LateCommand {
  readonly actor: number;
  readonly command: Command;
  readonly generation: number;
  /** Its caller was answered, or has died: this is one run too many. */
  readonly isAnswered: boolean;
}

export interface State {
  readonly nowMs: number;
  /** By the name of the credential. */
  readonly shards: readonly Shard[];
  readonly actors: readonly Actor[];
  readonly late: LateCommand | undefined;
  /** The caller of an end was answered that it is durable. */
  readonly isDurable: boolean;
}

export const EMPTY: Content = { record: undefined, claim: undefined, truth: undefined };
export const IDLE_ACTOR: Actor = {
  work: undefined,
  note: undefined,
  isBehind: false,
  endedName: undefined,
};

/** What the primary has. */
export function contentOf(shard: Shard): Content {
  return shard.versions.at(-1) ?? EMPTY;
}

export function withShard(state: State, name: number, shard: Shard): State {
  return { ...state, shards: state.shards.with(name, shard) };
}

export function withActor(state: State, index: number, change: Partial<Actor>): State {
  const actor = state.actors[index] ?? IDLE_ACTOR;
  return { ...state, actors: state.actors.with(index, { ...actor, ...change }) };
}

export function shardOf(state: State, name: number): Shard {
  const shard = state.shards[name];
  if (shard === undefined) throw new Error(`there is no name ${name}`);
  return shard;
}
