import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import type { TouchReceiver } from '../../../src/session/session-store.ts';
import type { TouchOutcome } from '../../../src/session/touch-outcome.ts';
import { ONE_PROCESS } from '../../../src/store/capabilities.ts';
import { loadScripts } from '../../../src/store/redis/load-scripts.ts';
import { CallKind } from '../../../src/store/redis/connection/observed-call.ts';
import { RedisWire } from '../../../src/store/redis/wire/redis-wire.ts';
import { TouchCall } from '../../../src/store/redis/connection/touch-call.ts';
import { TouchText } from '../../../src/store/redis/connection/touch-text.ts';
import { StoreJournal } from './store-journal.ts';
import { touchOf } from './store-requests.ts';

const scripts = loadScripts();
const text = new TouchText(scripts.touch, ONE_PROCESS);

/** The outcomes and faults that one caller got. More than one in all is a bug of the wire. */
export class Answers implements TouchReceiver {
  readonly outcomes: TouchOutcome[] = [];
  readonly faults: Error[] = [];
  onAnswer: () => void = () => undefined;

  get count(): number {
    return this.outcomes.length + this.faults.length;
  }

  touched(outcome: TouchOutcome): void {
    this.outcomes.push(outcome);
    this.onAnswer();
  }

  failed(fault: Error): void {
    this.faults.push(fault);
    this.onAnswer();
  }
}

/** A wire over a pipe in memory; the test plays the server. */
export class StorePeer {
  readonly journal: StoreJournal = new StoreJournal();
  readonly wire: RedisWire;
  readonly #touch = new CallKind('touch', scripts.touch, this.journal);
  /** The text of each write that reached the server. */
  readonly writes: string[] = [];
  reconnects = 0;
  inTime = 0;
  readonly #ours: Duplex;
  readonly #theirs: Duplex;
  #answered = 0;

  constructor(limits: { replyMaxMs?: number; silenceMaxMs?: number } = {}) {
    const [ours, theirs] = duplexPair();
    this.#ours = ours;
    this.#theirs = theirs;
    theirs.on('data', (chunk: Buffer) => this.writes.push(chunk.toString('latin1')));
    this.wire = new RedisWire({
      stream: ours,
      replyMaxMs: limits.replyMaxMs ?? 10_000,
      silenceMaxMs: limits.silenceMaxMs ?? 20_000,
      owner: {
        answered: () => (this.inTime += 1),
        desynced: () => this.journal.desync(),
        notPrimary: () => (this.reconnects += 1),
      },
    });
  }

  /** Touches a session on the wire. */
  touch(name = 'one', lastsMs = 10_000, answers: Answers = new Answers()): Answers {
    const nonce = this.wire.nonces.next();
    const startedAtMs = performance.now();
    const request = touchOf(name);
    const command = {
      text: text.of(request, this.wire.nonces.prefix, nonce),
      nonce,
      startedAtMs,
      deadlineAtMs: startedAtMs + lastsMs,
    };
    this.wire.send(new TouchCall(this.#touch, command, request, answers));
    return answers;
  }

  /** The commands that reached the server so far, as lists of words. */
  commands(): string[][] {
    const all = this.writes.join('');
    const commands: string[][] = [];
    for (let at = 0; at < all.length;) {
      const words: string[] = [];
      const head = /^\*(\d+)\r\n/.exec(all.slice(at, at + 20));
      if (head === null) throw new Error('not a command');
      at += head[0].length;
      for (let left = Number(head[1]); left > 0; left -= 1) {
        const length = /^\$(\d+)\r\n/.exec(all.slice(at, at + 20));
        if (length === null) throw new Error('not a word');
        at += length[0].length;
        words.push(all.slice(at, at + Number(length[1])));
        at += Number(length[1]) + 2;
      }
      commands.push(words);
    }
    return commands;
  }

  /** The replies to all touches without one, as one text. Each says `live`, with its own number as the time. */
  replies(): string {
    const fresh = this.commands().slice(this.#answered);
    return fresh
      .map((words) => {
        this.#answered += 1;
        return bulk(`live ${words[6]} ${this.#answered} 1 1 0 skipped 0`);
      })
      .join('');
  }

  /** Sends this to the wire, and lets it read. */
  async say(resp: string): Promise<void> {
    this.#theirs.write(resp, 'latin1');
    await turns();
  }

  /** Ends the connection, as when a socket closes. */
  hangUp(): void {
    this.#ours.destroy();
  }
}

export function bulk(words: string): string {
  return `$${Buffer.byteLength(words)}\r\n${words}\r\n`;
}

/** Lets everything run that is ready to run. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one turn after another
    await new Promise((resolve) => setImmediate(resolve));
  }
}
