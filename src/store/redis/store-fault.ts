import { StoreUnavailable } from '../../session/session-store.ts';
import type { WireFault } from './wire/wire-fault.ts';

/**
 * The store answered with an error. `word` is Redis's own name for it, such as OOM, or MALFORMED
 * from our scripts. Nothing else of the answer is kept but the name of a command that we may not
 * run: its text may name keys.
 */
export class StoreRefusal extends StoreUnavailable {
  readonly word: string;
  constructor(word: string, command?: string) {
    const hint = command === undefined ? HINTS[word] : `the ACL user may not run ${command}`;
    super('refused', `the store refused: ${word}${hint === undefined ? '' : ` (${hint})`}`);
    this.word = word;
  }
}

const HINTS: Readonly<Record<string, string>> = {
  ASK: 'a node of a Redis Cluster, which needs redis+cluster://',
  BUSY: 'another script blocks it',
  CLUSTERDOWN: 'a Redis Cluster that is not complete',
  CROSSSLOT: 'a node of a Redis Cluster, which needs redis+cluster://',
  DENIED: 'its protected mode accepts no clients of other hosts',
  FENCED: 'it has lost data, or is new; see curfew store show',
  LOADING: 'it is still loading its data',
  MALFORMED: 'Curfew did not write this record',
  MASTERDOWN: 'a replica that has lost its primary',
  MISCONF: 'it cannot save to disk',
  MOVED: 'a node of a Redis Cluster, which needs redis+cluster://',
  NOAUTH: 'it requires a password',
  NOPERM: 'the ACL user lacks a permission',
  NOREPLICAS: 'too few replicas are connected',
  OOM: 'its memory is full',
  READONLY: 'a replica, not a primary',
  TRYAGAIN: 'its slot is being moved to another node',
  UNSETTLED: 'its name was settled too long ago',
  WRONGPASS: 'wrong user or password',
  WRONGTYPE: 'Curfew did not write the value of this key',
};

/** Why the wire has no reply, as a fault of the store. */
export function storeFault(fault: WireFault): StoreUnavailable {
  switch (fault.kind) {
    case 'lost':
      return new StoreUnavailable('down', 'the connection to the store was lost');
    case 'late':
      return lateReply();
    case 'full':
      return new StoreUnavailable('late', 'too many replies of the store are outstanding');
    case 'foreign':
      return new StoreUnavailable('refused', 'the store gave the reply to another call');
    case 'misplaced':
      return new StoreUnavailable('refused', 'the nodes of the Cluster do not agree where this is');
    case 'refused':
      return new StoreRefusal(fault.word, fault.command);
    default:
      return fault satisfies never;
  }
}

/** @param server which one of several; `undefined` if there is only one */
export function noConnection(server: string | undefined, why: string): StoreUnavailable {
  const where = server === undefined ? 'the store' : `${server} of the store`;
  return new StoreUnavailable('down', `no connection to ${where}: ${why}`);
}

/** No reply came before the deadline. */
export function lateReply(): StoreUnavailable {
  return new StoreUnavailable('late', 'the store did not answer in time');
}

/** A reply belongs to its call, but is not one that the store gives. */
export function unreadableReply(): StoreUnavailable {
  return new StoreUnavailable('refused', 'the store gave an unreadable reply');
}

/** One key holds something that Curfew did not write. The other keys of the store can be used. */
export function isPoisonedKey(fault: unknown): boolean {
  return (
    fault instanceof StoreRefusal && (fault.word === 'WRONGTYPE' || fault.word === 'MALFORMED')
  );
}
