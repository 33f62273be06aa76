import { expect } from 'chai';
import { StoreOverloaded, StoreUnavailable } from '../../../../src/session/session-store.ts';
import type { OpenRequest } from '../../../../src/session/session-store.ts';
import { MemorySessionStore } from '../../../../src/store/memory/memory-session-store.ts';
import { ManualClock } from '../../../support/time/manual-clock.ts';
import { sourceWith, touchOf } from '../../../support/store/store-requests.ts';
import { touched } from '../../../support/store/touched.ts';

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

  it('opens no more than its maximum, and still serves the sessions that it has', async () => {
    await openThree();
    const refused = await store.open(openOf('d')).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(StoreOverloaded);
    expect((await touched(store, touchOf('a'))).kind).to.equal('live');
    expect((await store.open(openOf('b'))).kind).to.equal('live');
    expect((await touched(store, touchOf('d'))).kind).to.equal('unknown');
  });

  it('has room again when a record is past its retention, without a sweep', async () => {
    await openThree();
    clock.advance(2 * DAY - 1);
    expect(await store.open(openOf('d')).catch((error: Error) => error.name)).to.equal(
      'StoreOverloaded',
    );
    clock.advance(1);
    expect((await store.open(openOf('d'))).kind).to.equal('live');
  });

  it('keeps a record while it is presented, even if the request is denied', async () => {
    await store.open(openOf('a'));
    for (let day = 0; day < 4; day += 1) {
      clock.advance(DAY - 1);
      const { kind } = await touched(store, touchOf('a'));
      expect(kind).to.equal(day === 0 ? 'expired' : 'ended');
    }
    clock.advance(2 * DAY);
    expect((await touched(store, touchOf('a'))).kind).to.equal('unknown');
  });

  it('sweeps in bounded turns until all sessions are examined', async () => {
    await openThree();
    clock.advance(300_000);
    const sources = new Map([['web', sourceWith()]]);
    const first = await store.sweep(sources, 2);
    const second = await store.sweep(sources, 2);
    const idle = (count: number) => ({ idle: count, absolute: 0 });
    const active = (count: number) => new Map(count === 0 ? [] : [['web', count]]);
    const turn = { finished: [], fault: undefined };
    expect(first).to.deep.equal({
      ...turn,
      ended: idle(2),
      examined: 2,
      active: active(1),
      more: true,
    });
    expect(second).to.deep.equal({
      ...turn,
      ended: idle(1),
      examined: 1,
      active: active(0),
      more: false,
    });
    expect((await touched(store, touchOf('c'))).kind).to.equal('ended');
  });

  it('ends no sessions of sources that the configuration does not have', async () => {
    await openThree();
    clock.advance(300_000);
    const report = await store.sweep(new Map(), 10);
    expect(report.ended).to.deep.equal({ idle: 0, absolute: 0 });
  });

  it('deletes records that are past their retention in a sweep', async () => {
    await openThree();
    clock.advance(2 * DAY);
    await store.sweep(new Map(), 10);
    expect(store.size).to.equal(0);
  });

  it('keeps only the newest events', async () => {
    await openThree();
    clock.advance(300_000);
    for (const name of ['a', 'b', 'c']) await touched(store, touchOf(name));
    const kinds = store.events().map(({ kind }) => kind);
    expect(kinds).to.deep.equal(['opened', 'opened', 'ended', 'ended', 'ended']);
  });

  it('fails every call after it is closed', async () => {
    await store.close();
    const fault = await touched(store, touchOf('a')).catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(StoreUnavailable);
    expect(fault).to.include({ fault: 'down' });
  });
});
