import type { HostAndPort } from '../../store-hosts.ts';
import type { RespError } from '../wire/resp.ts';
import type { SentCall } from '../wire/sent-call.ts';
import { FULL, LATE, MISPLACED } from '../wire/wire-fault.ts';
import { failCall } from './cluster-node.ts';
import type { ClusterNode } from './cluster-node.ts';
import { PLACE_SLOTS } from './key-slot.ts';
import { addressWord } from './node-address.ts';

/** While a slot is moved key by key, some of the keys of a script may be at either end. */
const TRY_AGAIN_MS = 20;
/** Calls that wait for the map, or to be tried again. */
const HELD_MAX = 4_096;
/** A node may send a call on, and the next one once more, while a slot is being moved. */
const ASKED_MAX = 2;

export interface RedirectsOptions {
  /** The address of a node that a map has named lately. */
  readonly named: (word: string) => HostAndPort | undefined;
  readonly nodeAt: (address: HostAndPort) => ClusterNode;
  /** This place is at that node, which a map has named. */
  readonly moved: (place: number, word: string) => void;
  /** Asks for the map soon. */
  readonly refresh: () => void;
  /** Resolves when the map was asked for, from now on. */
  readonly refreshed: () => Promise<void>;
  /** A node redirects to an address that no map has named. */
  readonly unknownAddress: (from: ClusterNode, word: string) => void;
}

/** What has become of a call so far. */
interface Fate {
  moved: number;
  asked: number;
  tried: number;
  /** Whether it was sent last because of ASK. */
  isAsked: boolean;
}

/**
 * Sends calls on that a node has refused because they belong elsewhere. Such a call has not run, so
 * sending it again is safe: once for MOVED and TRYAGAIN each, twice for ASK, and never after its
 * deadline.
 */
export class Redirects {
  readonly #options: RedirectsOptions;
  readonly #fates = new WeakMap<SentCall, Fate>();
  #held = 0;

  constructor(options: RedirectsOptions) {
    this.#options = options;
  }

  /** As {@link WireOwner.redirected}. */
  take(from: ClusterNode, call: SentCall, error: RespError, echo: string): boolean {
    switch (error.word) {
      case 'MOVED':
        this.#options.refresh();
        return this.#redirect(from, call, error, echo);
      case 'ASK':
        return this.#redirect(from, call, error, echo);
      case 'TRYAGAIN':
        return this.#tryAgain(from, call, echo);
      case 'CLUSTERDOWN':
        this.#options.refresh();
        return false;
      default:
        return false;
    }
  }

  #redirect(
    from: ClusterNode,
    call: SentCall,
    { word, redirection }: RespError,
    echo: string,
  ): boolean {
    const places = PLACE_SLOTS.flatMap((slot, place) =>
      slot === redirection?.slot ? [place] : [],
    );
    if (redirection === undefined || places.length === 0) {
      failCall(call, MISPLACED);
      return true;
    }
    const host = redirection.host === '' ? from.address.host : redirection.host.toLowerCase();
    const target = addressWord({ host, port: redirection.port });
    const go = (): void => {
      const address = this.#options.named(target);
      if (address === undefined) {
        failCall(call, MISPLACED);
        return;
      }
      if (word === 'MOVED') for (const place of places) this.#options.moved(place, target);
      if (this.#mayGo(call, word)) {
        this.#options.nodeAt(address).resend(call, echo, word === 'ASK');
      }
    };
    if (this.#options.named(target) !== undefined) go();
    else {
      this.#options.unknownAddress(from, target);
      this.#hold(call, this.#options.refreshed(), go);
    }
    return true;
  }

  #tryAgain(from: ClusterNode, call: SentCall, echo: string): boolean {
    const fate = this.#fateOf(call);
    if (fate.tried > 0 || call.deadlineAtMs - performance.now() <= TRY_AGAIN_MS) return false;
    fate.tried += 1;
    const pause = new Promise<void>((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    this.#hold(call, pause, () => from.resend(call, echo, fate.isAsked));
    return true;
  }

  /** Whether the call may be sent once more. If not, it fails. */
  #mayGo(call: SentCall, word: string): boolean {
    if (call.isSettled) return false;
    const fate = this.#fateOf(call);
    fate.isAsked = word === 'ASK';
    if (fate.isAsked) fate.asked += 1;
    else fate.moved += 1;
    const isTooOften = fate.moved > 1 || fate.asked > ASKED_MAX;
    const isLate = performance.now() >= call.deadlineAtMs;
    if (isTooOften || isLate) failCall(call, isLate ? LATE : MISPLACED);
    return !isTooOften && !isLate;
  }

  /** Keeps a call, which no wire has, until then, or until its deadline. */
  #hold(call: SentCall, until: Promise<void>, then: () => void): void {
    if (call.isSettled) return;
    if (this.#held >= HELD_MAX) {
      failCall(call, FULL);
      return;
    }
    this.#held += 1;
    const timer = setTimeout(() => failCall(call, LATE), call.deadlineAtMs - performance.now());
    void until.then(() => {
      this.#held -= 1;
      clearTimeout(timer);
      if (!call.isSettled) then();
    });
  }

  #fateOf(call: SentCall): Fate {
    let fate = this.#fates.get(call);
    if (fate === undefined) {
      fate = { moved: 0, asked: 0, tried: 0, isAsked: false };
      this.#fates.set(call, fate);
    }
    return fate;
  }
}
