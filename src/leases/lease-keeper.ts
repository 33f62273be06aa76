import type { SessionKey } from '../session/session-key.ts';
import type { SubjectKey } from '../session/subject-key.ts';
import type { Instant } from './lease.ts';
import type { DropCause, LeaseObserver } from './lease-observer.ts';
import { LeaseTable } from './lease-table.ts';

export interface LeaseKeeperOptions {
  /** 0 = none. */
  readonly leasesMax: number;
  /** Milliseconds; never set back, from any instant. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Whether all other replicas say when they end something, and this one can hear it. */
  readonly isOn: () => boolean;
  readonly observer?: LeaseObserver | undefined;
}

/** Whether other replicas publish ends is known for far longer than this. */
const KNOWN_MS = 250;

/** The leases of this process, and everything that makes them void. */
export class LeaseKeeper {
  readonly table: LeaseTable;
  readonly observer: LeaseObserver;
  /** Whether any policy wants leases. While none does, nothing has to be watched. */
  isWanted = true;
  readonly #options: LeaseKeeperOptions;
  #isOn = false;
  #knownUntilMs = -Infinity;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    const observer = options.observer ?? {};
    this.observer = observer;
    this.table = new LeaseTable(options.leasesMax, (count) => observer.dropped?.('room', count));
  }

  /** Whether leases may be made and used. This is asked in every check, and looked up now and then. */
  isOn(nowMs: number): boolean {
    if (nowMs >= this.#knownUntilMs) {
      this.#isOn = this.#options.leasesMax > 0 && this.#options.isOn();
      this.#knownUntilMs = nowMs + KNOWN_MS;
    }
    return this.#isOn;
  }

  now(): Instant {
    const monotonicMs = this.#options.monotonicMs();
    return { monotonicMs, wallAheadMs: this.#options.wallMs() - monotonicMs };
  }

  /** The session was ended or marked, or is about to be. */
  drop(key: SessionKey, cause: DropCause): void {
    if (this.table.drop(key)) this.observer.dropped?.(cause, 1);
  }

  /** The sessions of a subject end, or it is locked. */
  dropSubject(subject: SubjectKey): void {
    const count = this.table.dropSubject(subject);
    if (count > 0) this.observer.dropped?.('heard', count);
  }

  dropAll(cause: DropCause): void {
    const count = this.table.dropAll();
    if (count > 0) this.observer.dropped?.(cause, count);
  }
}
