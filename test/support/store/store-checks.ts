import { setTimeout as sleep } from 'node:timers/promises';
import { keySlot } from '../../../src/store/redis/cluster/key-slot.ts';
import { partitionOf } from '../../../src/store/redis/store-keys.ts';
import type { OpenedStore } from '../../../src/store/opened-store.ts';
import { keyOf, touchOf } from './store-requests.ts';
import { touched } from './touched.ts';

const CHECKS_PER_SECOND = 300;

/** Sessions that are checked in turn, in all partitions together. */
export const CHECKED_NAMES: readonly string[] = Array.from(
  { length: 300 },
  (_, index) => `session ${index}`,
);

/** The slot of a Cluster in which the session of this name is. */
export function slotOf(name: string): number {
  return keySlot(partitionOf(keyOf(name)).events);
}

/** Opens every session that is going to be checked. */
export async function openChecked({ store }: OpenedStore): Promise<void> {
  for (const name of CHECKED_NAMES) {
    const request = { ...touchOf(name), opening: 'first-use', startedAtMs: undefined } as const;
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await store.open(request);
  }
}

/** What became of checks while something happened to the store. */
export class StoreChecks {
  count = 0;
  readonly denied: string[] = [];
  /** Why there was no verdict, by the session. */
  readonly faults: { readonly name: string; readonly why: string; readonly atMs: number }[] = [];
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  /** 300 checks a second, of each session in turn. */
  start(opened: OpenedStore): this {
    this.#running = this.#run(opened);
    return this;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run({ store }: OpenedStore): Promise<void> {
    const startedAtMs = performance.now();
    const pending: Promise<void>[] = [];
    while (!this.#isStopped) {
      const due = Math.floor(((performance.now() - startedAtMs) * CHECKS_PER_SECOND) / 1_000);
      for (; this.count < due; this.count += 1) {
        const name = CHECKED_NAMES[this.count % CHECKED_NAMES.length] ?? '';
        pending.push(
          touched(store, touchOf(name)).then(
            ({ kind }) => {
              if (kind !== 'live') this.denied.push(`${name}: ${kind}`);
            },
            ({ message }: Error) => {
              this.faults.push({ name, why: message, atMs: performance.now() - startedAtMs });
            },
          ),
        );
      }
      // oxlint-disable-next-line no-await-in-loop -- it is a pace
      await sleep(3);
    }
    await Promise.all(pending);
  }
}
