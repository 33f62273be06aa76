import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import type { TouchReceiver } from '../../src/session/session-store.ts';
import type { TouchOutcome } from '../../src/session/touch-outcome.ts';
import { loadScripts } from '../../src/store/load-scripts.ts';
import { RedisWire } from '../../src/store/redis-wire.ts';
import { TouchCall } from '../../src/store/touch-call.ts';
import { TouchText } from '../../src/store/touch-text.ts';
import { StoreJournal } from './store-journal.ts';
import { touchOf } from './store-requests.ts';

const scripts = loadScripts();
const text = new TouchText(scripts.touch);

/** What one caller was told: outcomes and faults, in order. More than one is a fault of the wire. */
export class Told implements TouchReceiver {
  readonly outcomes: TouchOutcome[] = [];
  readonly faults: Error[] = [];
  onTold: () => void = () => undefined;

  get count(): number {
    return this.outcomes.length + this.faults.length;
  }

  touched(outcome: TouchOutcome): void {
    this.outcomes.push(outcome);
    this.onTold();
  }

  failed(fault: Error): void {
    this.faults.push(fault);
    this.onTold();
  }
}

/** Our side of a connection over a pipe in memory, and the server's side by hand. */
export class StorePeer {
  readonly journal: StoreJournal = new StoreJournal();
  readonly wire: RedisWire;
  /** One for each write that reached the server. */
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
      observer: this.journal,
      replyMaxMs: limits.replyMaxMs ?? 10_000,
      silenceMaxMs: limits.silenceMaxMs ?? 20_000,
      answered: () => (this.inTime += 1),
      reconnect: () => (this.reconnects += 1),
    });
  }

  /** Touches a session on the wire. */
  touch(name = 'one', lastsMs = 10_000, told: Told = new Told()): Told {
    const nonce = this.wire.nonces.next();
    const startedAtMs = performance.now();
    const command = {
      text: text.of(touchOf(name), this.wire.nonces.prefix, nonce),
      nonce,
      startedAtMs,
      deadlineAtMs: startedAtMs + lastsMs,
    };
    this.wire.send(new TouchCall(scripts.touch, command, told));
    return told;
  }

  /** The commands that reached the server so far, each as its words. */
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

  /** The replies to the touches that have none yet, as one text. Each says `live`, and its own number as the time. */
  replies(): string {
    const fresh = this.commands().slice(this.#answered);
    return fresh
      .map((words) => {
        this.#answered += 1;
        return bulk(`live ${words[6]} ${this.#answered} 1 1 0 skipped 0`);
      })
      .join('');
  }

  /** Says this to our side, and lets it be read. */
  async say(resp: string): Promise<void> {
    this.#theirs.write(resp, 'latin1');
    await turns();
  }

  /** The connection is gone, as a socket sees it. */
  hangUp(): void {
    this.#ours.destroy();
  }
}

export function bulk(words: string): string {
  return `$${Buffer.byteLength(words)}\r\n${words}\r\n`;
}

/** Lets everything run that is ready to. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one turn after the other
    await new Promise((resolve) => setImmediate(resolve));
  }
}
