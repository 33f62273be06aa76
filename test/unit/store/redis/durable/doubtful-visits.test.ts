import { expect } from 'chai';
import { StoreUnavailable } from '../../../../../src/session/session-store.ts';
import type { LoginVisit } from '../../../../../src/session/session-store.ts';
import { MemorySessionStore } from '../../../../../src/store/memory/memory-session-store.ts';
import { Ledger } from '../../../../../src/store/redis/durable/ledger.ts';
import { NotingStore } from '../../../../../src/store/redis/durable/noting-store.ts';
import { StoreRefusal } from '../../../../../src/store/redis/store-fault.ts';
import { keyOf, touchOf, visitOf } from '../../../../support/store/store-requests.ts';
import { touched } from '../../../../support/store/touched.ts';
import { ManualClock } from '../../../../support/time/manual-clock.ts';

const signingIn = (name: string) => visitOf(name, { endLimits: [], maySignOut: true });

/** A real store whose answers may be lost after it has run a visit, or before. */
class LosingStore extends MemorySessionStore {
  loses: 'nothing' | 'answer' | 'visit' = 'nothing';
  poisoned: LoginVisit['key'] | undefined;
  readonly visits: LoginVisit[] = [];

  override async visitLogin(visit: LoginVisit): ReturnType<MemorySessionStore['visitLogin']> {
    this.visits.push(visit);
    if (visit.key === this.poisoned) throw new StoreRefusal('WRONGTYPE');
    if (this.loses === 'visit') throw new StoreUnavailable('down', 'no connection');
    const outcome = await super.visitLogin(visit);
    if (this.loses === 'answer') throw new StoreUnavailable('late', 'no answer');
    return outcome;
  }
}

describe('a visit of a login without an answer', () => {
  let clock: ManualClock;
  let store: LosingStore;
  let ledger: Ledger;
  let noting: NotingStore;

  beforeEach(async () => {
    clock = new ManualClock();
    store = new LosingStore({ clock: clock.now });
    ledger = new Ledger(clock.now);
    noting = new NotingStore(store, ledger);
  });
  afterEach(async () => store.close());

  /** A session with the challenge mark: a fresh login replaces it. */
  async function challenged(name: string): Promise<void> {
    await store.open({ ...touchOf(name), opening: 'first-use', startedAtMs: undefined });
    await touched(store, touchOf(name, { onExpiry: 'challenge', absoluteTimeoutMs: 0 }));
  }

  async function lose(loses: LosingStore['loses'], visit: LoginVisit): Promise<void> {
    store.loses = loses;
    expect(await noting.visitLogin(visit).catch((error: unknown) => error)).to.be.instanceOf(
      StoreUnavailable,
    );
    store.loses = 'nothing';
  }

  const noted = () => ledger.newestFirst().map(({ call }) => call.request);

  it('is noted once the store says that it has signed the session out, with its time', async () => {
    await challenged('one');
    const endedAtMs = clock.now();
    await lose('answer', signingIn('one'));
    expect(noted()).to.deep.equal([]);
    clock.advance(5_000);
    await noting.settleVisits();
    expect(noted()).to.have.length(1);
    expect(noted()[0]).to.include({ key: keyOf('one'), by: 'signed_out', endedAtMs });
  });

  it('is noted when its user signs in once more', async () => {
    await challenged('one');
    await lose('answer', signingIn('one'));
    await noting.visitLogin(signingIn('one'));
    expect(noted()).to.have.length(1);
  });

  it('is not noted, nor made again, if the store did not run it', async () => {
    await challenged('one');
    await lose('visit', signingIn('one'));
    await noting.settleVisits();
    expect(noted()).to.deep.equal([]);
    expect(await touched(store, touchOf('one'))).to.include({ kind: 'live' });
  });

  it('is looked at without any right, and without the request, which has credentials', async () => {
    await challenged('one');
    await lose('visit', { ...signingIn('one'), mayEnd: true, facts: {} as LoginVisit['facts'] });
    await noting.settleVisits();
    expect(store.visits.at(-1)).to.deep.include({ mayEnd: false, maySignOut: false });
    expect(store.visits.at(-1)).to.not.have.property('facts');
  });

  it('is looked at until the store answers, and then no more', async () => {
    await challenged('one');
    await lose('answer', signingIn('one'));
    store.loses = 'visit';
    await noting.settleVisits();
    store.loses = 'nothing';
    await noting.settleVisits();
    expect(noted()).to.have.length(1);
    const { length } = store.visits;
    await noting.settleVisits();
    expect(store.visits).to.have.length(length);
  });

  it('is not held up by a key that Curfew did not write', async () => {
    await challenged('other');
    await challenged('one');
    await lose('answer', signingIn('other'));
    await lose('answer', signingIn('one'));
    store.poisoned = keyOf('other');
    await noting.settleVisits();
    expect(noted().map((request) => 'key' in request && request.key)).to.deep.equal([keyOf('one')]);
  });

  it('is not in doubt if it might not sign out', async () => {
    await challenged('one');
    await lose('answer', visitOf('one'));
    const { length } = store.visits;
    await noting.settleVisits();
    expect(store.visits).to.have.length(length);
  });
});

describe('visits of an ended session', () => {
  // Otherwise old ends would push new ones out of the ledger after many were ended at once.
  it('are not noted if they were answered', async () => {
    const clock = new ManualClock();
    const store = new MemorySessionStore({ clock: clock.now });
    const ledger = new Ledger(clock.now);
    await store.open({ ...touchOf('one'), opening: 'first-use', startedAtMs: undefined });
    await store.end({ key: keyOf('one'), source: touchOf('one').source, by: 'revoked' });
    await new NotingStore(store, ledger).visitLogin(signingIn('one'));
    expect(ledger.newestFirst()).to.deep.equal([]);
    await store.close();
  });
});
