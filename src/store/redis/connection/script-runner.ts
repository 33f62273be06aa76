import type { OpenRequest, TouchReceiver, TouchRequest } from '../../../session/session-store.ts';
import type { TouchOutcome } from '../../../session/touch-outcome.ts';
import type { ScriptName } from '../load-scripts.ts';
import type { RespReply } from '../wire/resp.ts';
import type { ScriptReply } from './script-call.ts';

/**
 * What the stores need of a connection. All keys of one call are of one partition. Calls are not
 * queued while there is no connection, and never sent again if they may have run.
 */
export interface ScriptRunner {
  /** Runs `touch.lua`. Never throws. */
  touch(request: TouchRequest, deadlineAtMs: number, receiver: TouchReceiver): void;
  /** Runs `open.lua`, whose reply is like that of `touch.lua`. @throws {StoreUnavailable} */
  open(
    request: OpenRequest,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<TouchOutcome>;
  /**
   * Runs a script. `words` are those that its reply may begin with.
   * @throws {StoreUnavailable}
   */
  run<Word extends string>(
    name: Exclude<ScriptName, 'touch' | 'open'>,
    keys: readonly string[],
    args: readonly string[],
    words: readonly Word[],
  ): Promise<ScriptReply<Word>>;
  /**
   * Sends a plain command with a key. It must not change sessions, because its reply carries no
   * nonce.
   * @throws {StoreUnavailable}
   */
  read(...words: readonly string[]): Promise<RespReply>;
  /**
   * The clock of the server that has this key, in milliseconds since 1970.
   * @param key without it any server is asked
   * @throws {StoreUnavailable}
   */
  time(key?: string): Promise<number>;
}
