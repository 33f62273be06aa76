import type { HostAndPort } from '../../store-hosts.ts';
import { RespError } from '../wire/resp.ts';
import type { RespReply } from '../wire/resp.ts';
import { isPort, SLOT_COUNT } from '../wire/redirection.ts';
import { PLACE_SLOTS } from './key-slot.ts';
import { addressWord } from './node-address.ts';

/** The primary of a slot, as one node sees it. */
export interface SlotOwner {
  readonly address: HostAndPort;
  /** See {@link addressWord}. */
  readonly word: string;
  /** Its config epoch: of two owners of a slot, the one with the higher epoch is the newer one. */
  readonly epoch: number;
  /** Most primaries of the Cluster have found that it does not answer. */
  readonly isFailed: boolean;
}

/** What CLUSTER NODES says of a node. */
type NodeState = Pick<SlotOwner, 'epoch' | 'isFailed'>;

/** The Cluster as one node sees it. */
export interface ClusterView {
  /** The owner of each place, by its number; `undefined` if its slot has none. */
  readonly owners: readonly (SlotOwner | undefined)[];
  /** Every node that the map names, replicas too, by its word. */
  readonly nodes: ReadonlyMap<string, HostAndPort>;
}

/** A Cluster has at most 1 000 nodes or so; each may have many ranges, and each line may be long. */
const LINES_MAX = 4_096;
const NODES_MAX = 4_096;

const ID = /^[0-9a-f]{40}$/;
const HOST = /^[A-Za-z0-9._:%-]{1,253}$/;

/** The map is not one that a node of a Cluster gives. The message has no address. */
class UnusableMap extends Error {}

/**
 * Reads the map of a node: the addresses at which clients are to connect from CLUSTER SLOTS, and the
 * config epochs, which it lacks, from CLUSTER NODES. A map that is not wholly as it should be is
 * refused: a string then says why.
 * @param asked the node that answered. A node without a host in the map is on the same one
 */
export function readClusterView(
  slots: RespReply,
  nodes: RespReply,
  asked: HostAndPort,
): ClusterView | string {
  try {
    return new ViewReader(readStates(nodes), asked).read(slots);
  } catch (error) {
    if (error instanceof UnusableMap) return error.message;
    throw error;
  }
}

/** What is said of each node, by its id. */
function readStates(nodes: RespReply): ReadonlyMap<string, NodeState> {
  if (typeof nodes !== 'string') throw new UnusableMap('CLUSTER NODES has no text');
  const lines = nodes.split('\n').filter((line) => line !== '');
  if (lines.length > LINES_MAX) throw new UnusableMap('CLUSTER NODES names too many nodes');
  return new Map(
    lines.map((line) => {
      const [id = '', , flags = '', , , , epoch = ''] = line.split(' ', 8);
      if (!ID.test(id)) throw new UnusableMap('CLUSTER NODES has a line without an id');
      const isFailed = flags.split(',').includes('fail'); // `fail?` is the opinion of one node
      return [id, { epoch: numberIn(epoch, Number.MAX_SAFE_INTEGER), isFailed }];
    }),
  );
}

class ViewReader {
  readonly #states: ReadonlyMap<string, NodeState>;
  readonly #asked: HostAndPort;
  readonly #owners = new Map<number, SlotOwner | undefined>();
  readonly #nodes = new Map<string, HostAndPort>();

  constructor(states: ReadonlyMap<string, NodeState>, asked: HostAndPort) {
    this.#states = states;
    this.#asked = asked;
  }

  read(slots: RespReply): ClusterView {
    const ranges = listIn(slots);
    if (ranges.length > SLOT_COUNT) throw new UnusableMap('CLUSTER SLOTS has too many ranges');
    for (const range of ranges) this.#readRange(listIn(range));
    return { owners: PLACE_SLOTS.map((slot) => this.#owners.get(slot)), nodes: this.#nodes };
  }

  #readRange([from, to, primary, ...replicas]: readonly RespReply[]): void {
    const [first, last] = [numberIn(from, SLOT_COUNT - 1), numberIn(to, SLOT_COUNT - 1)];
    if (first > last) throw new UnusableMap('CLUSTER SLOTS has a range that ends before it begins');
    const [address, id] = this.#readNode(primary);
    for (const replica of replicas) this.#readNode(replica);
    const state = this.#states.get(id);
    if (state === undefined) throw new UnusableMap('CLUSTER NODES lacks the primary of a slot');
    const owner = address && { address, word: addressWord(address), ...state };
    for (const slot of PLACE_SLOTS) {
      if (slot < first || slot > last) continue;
      if (this.#owners.has(slot)) throw new UnusableMap('CLUSTER SLOTS names a slot twice');
      this.#owners.set(slot, owner);
    }
  }

  /** Its address is `undefined` if the node does not know at which name it can be reached (`?`). */
  #readNode(node: RespReply | undefined): readonly [HostAndPort | undefined, string] {
    const [name, portText, id] = listIn(node);
    if (typeof id !== 'string' || !ID.test(id)) {
      throw new UnusableMap('CLUSTER SLOTS has a node without an id');
    }
    const port = numberIn(portText, Number.MAX_SAFE_INTEGER);
    if (!isPort(port)) throw new UnusableMap('CLUSTER SLOTS has a port that cannot be');
    if (name === '?') return [undefined, id];
    const host = name === null || name === '' ? this.#asked.host : name;
    if (typeof host !== 'string' || !HOST.test(host)) {
      throw new UnusableMap('CLUSTER SLOTS has a host that cannot be');
    }
    const address = { host: host.toLowerCase(), port };
    this.#nodes.set(addressWord(address), address);
    if (this.#nodes.size > NODES_MAX) throw new UnusableMap('CLUSTER SLOTS names too many nodes');
    return [address, id];
  }
}

function listIn(reply: RespReply | undefined): readonly RespReply[] {
  if (reply === undefined || reply === null || typeof reply === 'string') {
    throw new UnusableMap('CLUSTER SLOTS is not a list of ranges');
  }
  if (reply instanceof RespError) throw new UnusableMap('CLUSTER SLOTS has an error in it');
  return reply;
}

function numberIn(text: RespReply | undefined, max: number): number {
  const number = typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!(number <= max)) throw new UnusableMap('the map has a number that cannot be');
  return number;
}
