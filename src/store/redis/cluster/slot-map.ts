import type { HostAndPort } from '../../store-hosts.ts';
import { PLACE_COUNT } from '../store-keys.ts';
import type { ClusterView, SlotOwner } from './cluster-view.ts';

interface Settled extends SlotOwner {
  /** When a node last said so. */
  readonly saidAtMs: number;
}

/**
 * So long an owner stands against nodes that name an older one: those that know of it may just not
 * answer. After that it is given up, since an administrator can also give a slot back by force.
 */
const STANDS_MS = 5_000;
/** Named nodes are remembered that long: a node that was replaced may still redirect. */
const NAMED_MS = 60_000;

/**
 * Which node has each place, settled from the views of several nodes. Where they differ, the owner
 * with the highest config epoch counts: the Cluster gives a new primary a higher one than any before.
 */
export class SlotMap {
  readonly #owners: (Settled | undefined)[] = Array.from({ length: PLACE_COUNT }, () => undefined);
  readonly #named = new Map<string, { readonly address: HostAndPort; namedAtMs: number }>();

  /** The owner of each place, by its number. */
  get owners(): readonly (SlotOwner | undefined)[] {
    return this.#owners;
  }

  /** The owners that the Cluster itself finds to be down, by their words. */
  get failed(): ReadonlySet<string> {
    return new Set(this.#owners.flatMap((owner) => (owner?.isFailed === true ? [owner.word] : [])));
  }

  /** The address of a node that a map has named lately. */
  named(word: string): HostAndPort | undefined {
    return this.#named.get(word)?.address;
  }

  /** Takes over what several nodes have said at about the same time; at least one. */
  settle(views: readonly ClusterView[], nowMs: number): void {
    for (const { nodes } of views) {
      for (const [word, address] of nodes) this.#named.set(word, { address, namedAtMs: nowMs });
    }
    for (const [word, { namedAtMs }] of this.#named) {
      if (nowMs - namedAtMs > NAMED_MS) this.#named.delete(word);
    }
    for (let place = 0; place < PLACE_COUNT; place += 1) {
      const known = this.#owners[place];
      const stands = known !== undefined && nowMs - known.saidAtMs < STANDS_MS;
      let best: SlotOwner | undefined = stands ? known : undefined;
      for (const { owners } of views) {
        const said = owners[place];
        if (said === undefined || (best !== undefined && said.epoch < best.epoch)) continue;
        if (best === undefined || said.epoch > best.epoch || said.word === known?.word) best = said;
      }
      const isSaid = best !== known;
      this.#owners[place] = best && {
        ...best,
        // A node that has not heard of it yet does not make it well.
        isFailed: isSaid ? views.some((view) => saysFailed(view, place, best)) : best.isFailed,
        saidAtMs: isSaid ? nowMs : (known?.saidAtMs ?? 0),
      };
    }
  }

  /** A node has said that this place is at another one (MOVED). It stands until the next views. */
  moved(place: number, word: string): void {
    const address = this.named(word);
    const known = this.#owners[place];
    if (address === undefined || known?.word === word) return;
    const epoch = known?.epoch ?? 0;
    this.#owners[place] = { address, word, epoch, isFailed: false, saidAtMs: -Infinity };
  }
}

function saysFailed({ owners }: ClusterView, place: number, { word }: SlotOwner): boolean {
  const said = owners[place];
  return said?.word === word && said.isFailed;
}
