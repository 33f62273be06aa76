import { expect } from 'chai';
import { StoreOverloaded, StoreUnavailable } from '../../../src/session/session-store.ts';
import type { OpenRequest } from '../../../src/session/session-store.ts';
import { MemorySessionStore } from '../../../src/store/memory-session-store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { sourceWith, touchOf } from '../../support/store-requests.ts';
import { touched } from '../../support/touched.ts';

const DAY = 86_400_000;

function openOf(name: string): OpenRequest {
  return { ...touchOf(name), opening: 'first-use', startedAtMs: undefined };
}

describe('MemorySessionStore', () => {
  const clock = new ManualClock();
  let store: MemorySessionStore;

  beforeEach(() => {
    store = new MemorySessionStore({ clock: clock.now, sessionsMax: 3, eventsMax: 5 });
  });

  async function openThree() {
    for (const name of ['a', 'b', 'c']) await store.open(openOf(name));
  }

  it('refuses to open beyond its maximum, and goes on with the sessions it has', async () => {
    await openThree();
    const refused = await store.open(openOf('d')).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(StoreOverloaded);
    expect((await touched(store, touchOf('a'))).kind).to.equal('live');
    expect((await store.open(openOf('b'))).kind).to.equal('live');
    expect((await touched(store, touchOf('d'))).kind).to.equal('unknown');
  });

  it('has room again when something is past its retention, without a sweep', async () => {
    await openThree();
    clock.advance(2 * DAY - 1);
    expect(await store.open(openOf('d')).catch((error: Error) => error.name)).to.equal(
      'StoreOverloaded',
    );
    clock.advance(1);
    expect((await store.open(openOf('d'))).kind).to.equal('live');
  });

  it('keeps what is presented, denials included, for its retention', async () => {
    await store.open(openOf('a'));
    for (let day = 0; day < 4; day += 1) {
      clock.advance(DAY - 1);
      const { kind } = await touched(store, touchOf('a'));
      expect(kind).to.equal(day === 0 ? 'expired' : 'ended');
    }
    clock.advance(2 * DAY);
    expect((await touched(store, touchOf('a'))).kind).to.equal('unknown');
  });

  it('sweeps in bounded turns until it is through', async () => {
    await openThree();
    clock.advance(300_000);
    const sources = new Map([['web', sourceWith()]]);
    const first = await store.sweep(sources, 2);
    const second = await store.sweep(sources, 2);
    const idle = (count: number) => ({ idle: count, absolute: 0 });
    expect(first).to.deep.equal({ ended: idle(2), examined: 2, more: true, fault: undefined });
    expect(second).to.deep.equal({ ended: idle(1), examined: 1, more: false, fault: undefined });
    expect((await touched(store, touchOf('c'))).kind).to.equal('ended');
  });

  it('leaves sessions of sources that the configuration does not know', async () => {
    await openThree();
    clock.advance(300_000);
    const report = await store.sweep(new Map(), 10);
    expect(report.ended).to.deep.equal({ idle: 0, absolute: 0 });
  });

  it('frees in a sweep what is past its retention', async () => {
    await openThree();
    clock.advance(2 * DAY);
    await store.sweep(new Map(), 10);
    expect(store.size).to.equal(0);
  });

  it('remembers only the newest events', async () => {
    await openThree();
    clock.advance(300_000);
    for (const name of ['a', 'b', 'c']) await touched(store, touchOf(name));
    const told = store.events().map(({ kind }) => kind);
    expect(told).to.deep.equal(['opened', 'opened', 'ended', 'ended', 'ended']);
  });

  it('has no answer once it is closed', async () => {
    await store.close();
    const fault = await touched(store, touchOf('a')).catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(StoreUnavailable);
    expect(fault).to.include({ fault: 'down' });
  });
});
