import { expect } from 'chai';
import { KNOWN_SESSIONS_MAX, KnownSubjects } from '../../../src/authz/subjects/known-subjects.ts';
import { createSessionNames } from '../../../src/keys/session-names.ts';
import type { SessionKey } from '../../../src/session/session-key.ts';

const MINUTE_MS = 60_000;
const namesOf = createSessionNames([Buffer.alloc(32, 1)]);
const keyOf = (n: number): SessionKey => namesOf('web', `session ${n}`).key;

describe('the subjects that a replica remembers', () => {
  let nowMs = 0;
  let known: KnownSubjects;
  beforeEach(() => {
    nowMs = 5_000;
    known = new KnownSubjects(nowMs);
  });

  it('are those of single sessions, as they were noted', () => {
    expect(known.has(keyOf(1), 'alice', nowMs)).to.equal(false);
    known.note(keyOf(1), 'alice', nowMs);
    expect(known.has(keyOf(1), 'alice', nowMs)).to.equal(true);
    expect(known.has(keyOf(1), 'bob', nowMs)).to.equal(false);
    expect(known.has(keyOf(2), 'alice', nowMs)).to.equal(false);
  });

  it('make room in the order in which they were noted, and a session that is noted again is new', () => {
    // Nine names that differ in their last characters only are in one bucket.
    const place = keyOf(1).slice(0, 42);
    const names = Array.from('AEIMQUYcg', (last) => (place + last) as SessionKey);
    const rememberedNames = () =>
      names.filter((name) => known.has(name, 'alice', nowMs)).map((name) => name.slice(-1));
    for (const name of names.slice(0, 8)) known.note(name, 'alice', nowMs);
    expect(rememberedNames().join('')).to.equal('AEIMQUYc');
    known.note(names[4] ?? keyOf(1), 'alice', nowMs);
    expect(rememberedNames().join('')).to.equal('AEIMQUYc');
    known.note(names[0] ?? keyOf(1), 'alice', nowMs);
    known.note(names[8] ?? keyOf(1), 'alice', nowMs);
    expect(rememberedNames().join('')).to.equal('AIMQUYcg');
  });

  it('are found by the whole name of the session, not by a part of it', () => {
    const key = keyOf(1);
    known.note(key, 'alice', nowMs);
    for (let place = 0; place < key.length; place += 1) {
      const other = key[place] === 'A' ? 'B' : 'A';
      const near = key.slice(0, place) + other + key.slice(place + 1);
      expect(known.has(near as SessionKey, 'alice', nowMs), near).to.equal(false);
    }
  });

  it('are the last one that was noted of each session', () => {
    known.note(keyOf(1), 'alice', nowMs);
    known.note(keyOf(1), 'bob', nowMs);
    expect(known.has(keyOf(1), 'bob', nowMs)).to.equal(true);
    expect(known.has(keyOf(1), 'alice', nowMs)).to.equal(false);
  });

  it('are remembered for a minute at most', () => {
    nowMs += MINUTE_MS - 1;
    known.note(keyOf(1), 'alice', nowMs);
    expect(known.has(keyOf(1), 'alice', nowMs)).to.equal(true);
    nowMs += 1;
    expect(known.has(keyOf(1), 'alice', nowMs)).to.equal(false);
    known.note(keyOf(1), 'alice', nowMs);
    nowMs += MINUTE_MS - 1;
    expect(known.has(keyOf(1), 'alice', nowMs)).to.equal(true);
    nowMs += 1;
    known.note(keyOf(2), 'bob', nowMs);
    expect(known.has(keyOf(1), 'alice', nowMs)).to.equal(false);
    expect(known.has(keyOf(2), 'bob', nowMs)).to.equal(true);
  });

  it('are of nearly all sessions, as long as these are a quarter of the maximum', () => {
    const sessions = KNOWN_SESSIONS_MAX / 4;
    for (let n = 0; n < sessions; n += 1) known.note(keyOf(n), 'alice', nowMs);
    expect(rememberedOf(0, sessions)).to.be.above(0.99 * sessions);
  });

  it('are of a bounded number of sessions, and the newer displace the older', () => {
    for (let n = 0; n < 2 * KNOWN_SESSIONS_MAX; n += 1) known.note(keyOf(n), 'alice', nowMs);
    const newest = KNOWN_SESSIONS_MAX / 4;
    const last = rememberedOf(2 * KNOWN_SESSIONS_MAX - newest, newest);
    expect(last).to.be.above(0.99 * newest);
    expect(rememberedOf(0, newest)).to.be.below(0.05 * newest);
    expect(rememberedOf(0, 2 * KNOWN_SESSIONS_MAX)).to.be.at.most(KNOWN_SESSIONS_MAX);
  });

  function rememberedOf(first: number, count: number): number {
    let remembered = 0;
    for (let n = first; n < first + count; n += 1) {
      if (known.has(keyOf(n), 'alice', nowMs)) remembered += 1;
    }
    return remembered;
  }
});
