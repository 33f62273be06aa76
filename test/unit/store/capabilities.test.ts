import { expect } from 'chai';
import { ABILITIES, ONE_PROCESS, SharedCapabilities } from '../../../src/store/capabilities.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { ManualClock } from '../../support/time/manual-clock.ts';

describe('what all replicas can read', () => {
  const clock = new ManualClock();

  it('is nothing before they were asked', () => {
    const capabilities = new SharedCapabilities(clock.now);
    for (const ability of ABILITIES) expect(capabilities.allCan(ability)).to.equal(false);
  });

  it('is what they announced last', () => {
    const capabilities = new SharedCapabilities(clock.now);
    capabilities.learn(new Set(['challenge_mark', 'of another version']), clock.now());
    expect(capabilities.allCan('challenge_mark')).to.equal(true);
    expect(capabilities.allCan('exact_ends')).to.equal(false);
    capabilities.learn(new Set(['exact_ends']), clock.now());
    expect(capabilities.allCan('challenge_mark')).to.equal(false);
    expect(capabilities.allCan('exact_ends')).to.equal(true);
  });

  it('is nothing again when the last question is older than 45 s', () => {
    const capabilities = new SharedCapabilities(clock.now);
    capabilities.learn(new Set(ABILITIES), clock.now());
    clock.advance(45_000);
    expect(capabilities.allCan('exact_ends')).to.equal(true);
    clock.advance(1);
    expect(capabilities.allCan('exact_ends')).to.equal(false);
  });

  it('is everything where one process has the store to itself', async () => {
    const opened = await openStore({ kind: 'memory' }, { clock: clock.now });
    expect(opened.capabilities).to.equal(ONE_PROCESS);
    for (const ability of ABILITIES) expect(ONE_PROCESS.allCan(ability)).to.equal(true);
    await opened.close();
  });
});
