import { expect } from 'chai';
import { decodeEnd, decodeTouch } from '../../../src/store/decode-reply.ts';
import type { TouchWord } from '../../../src/store/decode-reply.ts';
import { ReplyWords } from '../../../src/store/reply-words.ts';
import { limitWords, openWords, touchWords } from '../../../src/store/script-words.ts';
import { partitionOf } from '../../../src/store/store-keys.ts';
import type { SessionKey } from '../../../src/session/session-key.ts';
import { keyOf, sourceWith, touchOf } from '../../support/store-requests.ts';

describe('arguments of the scripts', () => {
  it('spell limits that are off as nothing, and observe before everything else', () => {
    const off = { idleTimeoutMs: undefined, absoluteTimeoutMs: undefined };
    expect(touchWords(touchOf('one', off)).slice(0, 3)).to.deep.equal(['', '', 'end']);
    expect(touchWords(touchOf('one', { onExpiry: 'keep' }))[2]).to.equal('keep');
    expect(touchWords(touchOf('one', { mode: 'observe', onExpiry: 'keep' }))[2]).to.equal(
      'observe',
    );
  });

  for (const ms of [NaN, Infinity, 0.5, 2 ** 53]) {
    it(`are never ${ms} milliseconds`, () => {
      expect(() => touchWords(touchOf('one', { idleTimeoutMs: ms }))).to.throw(TypeError);
    });
  }

  it('take a login time with fractions of a millisecond as the millisecond it is in', () => {
    const request = { ...touchOf('one'), opening: 'first-use' as const, startedAtMs: 1_000.9 };
    expect(openWords(request, limitWords(sourceWith()))[9]).to.equal('1000');
  });

  it('name equal limits equally, in any order, and others differently', () => {
    const one = { idleTimeoutMs: 1000, absoluteTimeoutMs: 9000 };
    const other = { idleTimeoutMs: 2000, absoluteTimeoutMs: 8000 };
    const digest = (...overLimits: (typeof one)[]) => limitWords(sourceWith({ overLimits })).digest;
    expect(digest(one, other)).to.equal(digest(other, one));
    expect(digest(one)).to.not.equal(digest(other));
    expect(digest()).to.not.equal(digest(one));
  });
});

describe('keys of the store', () => {
  it('put a session into the partition of its first byte', () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      const key = keyOf(name);
      const byte = Buffer.from(key, 'base64url').subarray(0, 1).toString('hex');
      expect(partitionOf(key).session(key)).to.equal(`curfew:1:{${byte}}:session:${key}`);
    }
  });

  for (const key of ['', 'x', `${keyOf('a')}=`, `${keyOf('a').slice(1)} `, 'ü'.repeat(43)]) {
    it(`refuse "${key.slice(0, 8)}…" without repeating it`, () => {
      expect(() => partitionOf(key as SessionKey)).to.throw(TypeError, /^not a session key$/);
    });
  }
});

describe('replies of the scripts', () => {
  const decoded = (word: TouchWord, words: string) => {
    // In the midst of other bytes, as replies come.
    const bytes = Buffer.from(`9 0${words}0 9`);
    return decodeTouch(word, new ReplyWords(bytes, 3, bytes.length - 3));
  };

  it('are read as what they say', () => {
    const clocks = { nowMs: 4, startedAtMs: -1, lastActivityAtMs: 3, longestGapMs: 2 ** 53 - 1 };
    const times = '4 -1 3 9007199254740991';
    expect(decoded('live', `${times} moved 0`)).to.deep.equal({
      kind: 'live',
      clocks,
      activity: 'moved',
      opened: false,
    });
    expect(decoded('expired', `${times} idle ended 0 1`)).to.deep.equal({
      kind: 'expired',
      by: 'idle',
      clocks,
      effect: 'ended',
      crossed: false,
      opened: true,
    });
    const ended = { kind: 'ended', by: 'revoked', endedAtMs: 7, nowMs: 8 };
    expect(decoded('ended', '8 revoked 7')).to.deep.equal(ended);
    expect(decoded('unknown', '0')).to.deep.equal({ kind: 'unknown', nowMs: 0 });
  });

  const touches = [
    ['live', '1 2 3 4 moved'],
    ['live', '1 2 3 4 moved '],
    ['live', '1 2 3 4 moved 0 '],
    ['live', '1 2 3 4 moved 0 0'],
    ['live', '1 2 3 4 moved 01'],
    ['live', '1 2 3 4 moved  0'],
    ['live', '1 2 3 4 mov 0'],
    ['live', '1 2 3 4 jumped 0'],
    ['live', '1 2 3 4 movedx 0'],
    ['live', '1 2 3 x moved 0'],
    ['live', '1 2 3x 4 moved 0'],
    ['live', '1 2 - 4 moved 0'],
    ['live', '1 2 3.5 4 moved 0'],
    ['expired', '1 2 3 4 revoked kept 0 0'],
    ['expired', '1 2 3 4 idle kept 2 0'],
    ['expired', '1 2 3 4 idle gone 0 0'],
    ['expired', '1 2 3 4 idle kept 0'],
    ['ended', '1 nobody 2'],
    ['ended', '1 idle '],
    ['ended', '1 idle'],
    ['ended', '1 idle 2 3'],
    ['unknown', ''],
    ['unknown', '1 2'],
    ['unknown', '9007199254740992'],
    ['unknown', '99999999999999999999'],
  ] as const;
  for (const [word, words] of touches) {
    it(`are no verdict when they say ${word} ${words}`, () => {
      expect(decoded(word, words)).to.equal(undefined);
    });
  }

  it('are no verdict when an end says when in words', () => {
    expect(() => decodeEnd({ word: 'ended', words: ['now'] })).to.throw('unreadable');
    expect(() => decodeEnd({ word: 'already', words: ['idle'] })).to.throw('unreadable');
  });
});
