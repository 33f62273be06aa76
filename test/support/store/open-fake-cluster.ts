import type { OpenedStore } from '../../../src/store/opened-store.ts';
import type { FakeNode } from '../redis/fake-node.ts';
import type { StoreJournal } from './store-journal.ts';
import { openAt } from './store-world.ts';

const PATIENT_MS = 2_000;

/** Opens a Cluster of fake nodes. Does not wait until it is up: what it says is up to the test. */
export async function openFakeCluster(
  seeds: readonly FakeNode[],
  observer: StoreJournal,
): Promise<OpenedStore> {
  const hosts = seeds.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return openAt(`redis+cluster://curfew@${hosts}`, {
    observer,
    commandTimeoutMs: PATIENT_MS,
    wait: false,
  });
}
