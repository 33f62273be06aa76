import { expect } from 'chai';
import { ONE_PROCESS } from '../../../../src/store/capabilities.ts';
import { decodeEnd, decodeLogin } from '../../../../src/store/redis/decode-end.ts';
import type { LoginWord } from '../../../../src/store/redis/decode-end.ts';
import { decodeTouch } from '../../../../src/store/redis/decode-reply.ts';
import type { TouchWord } from '../../../../src/store/redis/decode-reply.ts';
import { ReplyWords } from '../../../../src/store/redis/wire/reply-words.ts';
import {
  endWord,
  limitWords,
  loginWords,
  openWords,
  touchWords,
} from '../../../../src/store/redis/script-words.ts';
import { partitionOf } from '../../../../src/store/redis/store-keys.ts';
import type { SessionKey } from '../../../../src/session/session-key.ts';
import { keyOf, sourceWith, touchOf, visitOf } from '../../../support/store/store-requests.ts';

describe('arguments of the scripts', () => {
  it('have an empty word for a limit that is off, and observe before anything else', () => {
    const off = { idleTimeoutMs: undefined, absoluteTimeoutMs: undefined };
    expect(touchWords(touchOf('one', off), ONE_PROCESS).slice(0, 3)).to.deep.equal(['', '', 'end']);
    expect(touchWords(touchOf('one', { onExpiry: 'keep' }), ONE_PROCESS)[2]).to.equal('keep');
    expect(
      touchWords(touchOf('one', { mode: 'observe', onExpiry: 'keep' }), ONE_PROCESS)[2],
    ).to.equal('observe');
  });

  const NONE = { allCan: () => false };

  it('ask for a mark and for a new word only when all replicas can read it', () => {
    const challenging = touchOf('one', { onExpiry: 'challenge' });
    expect(touchWords(challenging, ONE_PROCESS)[2]).to.equal('challenge');
    expect(touchWords(challenging, NONE)[2]).to.equal('keep');
    expect(endWord('signed_out', ONE_PROCESS)).to.equal('signed_out');
    expect(endWord('signed_out', NONE)).to.equal('revoked');
    expect(endWord('revoked', ONE_PROCESS)).to.equal('revoked');
    const visit = visitOf('one', { maySignOut: true });
    expect(loginWords(visit, ONE_PROCESS)[1]).to.equal('signed_out');
    expect(loginWords(visit, NONE)[1]).to.equal('revoked');
    expect(loginWords(visitOf('one'), ONE_PROCESS)[1]).to.equal('');
  });

  it('name each policy that ends, with its limits, in a visit of a login', () => {
    const endLimits = [
      { policy: 'one', idleTimeoutMs: 1, absoluteTimeoutMs: undefined },
      { policy: 'two', idleTimeoutMs: undefined, absoluteTimeoutMs: 2 },
    ];
    const words = loginWords(visitOf('one', { endLimits, mayEnd: true }), ONE_PROCESS);
    expect(words).to.deep.equal(['1', '', '86400000', 'web', 'one', '1', '', 'two', '', '2']);
  });

  for (const ms of [NaN, Infinity, 0.5, 2 ** 53]) {
    it(`are never ${ms} milliseconds`, () => {
      expect(() => touchWords(touchOf('one', { idleTimeoutMs: ms }), ONE_PROCESS)).to.throw(
        TypeError,
      );
    });
  }

  it('round a login time down to whole milliseconds', () => {
    const request = { ...touchOf('one'), opening: 'first-use' as const, startedAtMs: 1_000.9 };
    expect(openWords(request, limitWords(sourceWith()), ONE_PROCESS, 0)[11]).to.equal('1000');
  });

  it('have the same digest for the same limits in any order, and another for others', () => {
    const one = { policy: 'one', idleTimeoutMs: 1000, absoluteTimeoutMs: 9000 };
    const other = { policy: 'other', idleTimeoutMs: 2000, absoluteTimeoutMs: 8000 };
    const digest = (...overLimits: (typeof one)[]) => limitWords(sourceWith({ overLimits })).digest;
    expect(digest(one, other)).to.equal(digest(other, one));
    expect(digest(one)).to.not.equal(digest(other));
    expect(digest()).to.not.equal(digest(one));
    expect(digest({ ...one, policy: 'renamed' })).to.equal(digest(one));
  });
});

describe('keys of the store', () => {
  it('put a session into the partition of the first byte of its key', () => {
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
    // Between other bytes, as replies are received.
    const bytes = Buffer.from(`9 0${words}0 9`);
    return decodeTouch(word, new ReplyWords(bytes, 3, bytes.length - 3));
  };

  it('are read as outcomes', () => {
    const clocks = { nowMs: 4, startedAtMs: -1, lastActivityAtMs: 3, longestGapMs: 2 ** 53 - 1 };
    const times = '4 -1 3 9007199254740991';
    expect(decoded('live', `${times} moved 0`)).to.deep.equal({
      kind: 'live',
      clocks,
      activity: 'moved',
      opened: false,
    });
    expect(decoded('expired', `${times} idle ended 0 1 - - -`)).to.deep.equal({
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
    ['live', '1 2 3 4 moved 0 same'],
    ['live', '1 2 3 4 moved 0 same - '],
    ['live', '1 2 3 4 moved 0 mine - -'],
    ['live', '1 2 3 4 moved 0 same - x'],
    ['live', '1 2 3 4 moved 0 - - - -'],
    ['live', '1 2 3 4 moved 01'],
    ['live', '1 2 3 4 moved  0'],
    ['live', '1 2 3 4 mov 0'],
    ['live', '1 2 3 4 jumped 0'],
    ['live', '1 2 3 4 movedx 0'],
    ['live', '1 2 3 x moved 0'],
    ['live', '1 2 3x 4 moved 0'],
    ['live', '1 2 - 4 moved 0'],
    ['live', '1 2 3.5 4 moved 0'],
    ['expired', '1 2 3 4 revoked kept 0 0 - - -'],
    ['expired', '1 2 3 4 idle kept 2 0 - - -'],
    ['expired', '1 2 3 4 idle gone 0 0 - - -'],
    ['expired', '1 2 3 4 idle kept 0'],
    ['expired', '1 2 3 4 idle kept 0 0'],
    ['expired', '1 2 3 4 idle kept 0 0 ada - -'],
    ['expired', '1 2 3 4 idle kept 0 0 - - 1 2'],
    ['expired', '1 2 3 4 idle kept 0 0 - x -'],
    ['ended', '1 other 2'],
    ['ended', '1 idle '],
    ['ended', '1 idle'],
    ['ended', '1 idle 2 3'],
    ['unknown', ''],
    ['unknown', '1 2'],
    ['unknown', '9007199254740992'],
    ['unknown', '99999999999999999999'],
  ] as const;
  for (const [word, words] of touches) {
    it(`are refused when they say ${word} ${words}`, () => {
      expect(decoded(word, words)).to.equal(undefined);
    });
  }

  it('are read as what a visit of a login found', () => {
    const clocks = { nowMs: 4, startedAtMs: 1, lastActivityAtMs: 3, longestGapMs: 2 };
    expect(decodeLogin({ word: 'unknown', words: [] })).to.deep.equal({ kind: 'unknown' });
    expect(decodeLogin({ word: 'marked', words: [] })).to.deep.equal({ kind: 'marked' });
    expect(decodeLogin({ word: 'over', words: ['idle'] })).to.deep.equal({
      kind: 'over',
      by: 'idle',
    });
    expect(decodeLogin({ word: 'live', words: ['4', '1', '3', '2', '-', '-'] })).to.deep.equal({
      kind: 'live',
      clocks,
    });
    for (const flag of ['0', '1']) {
      const words = ['signed_out', '5', flag, '-', '-'];
      expect(decodeLogin({ word: 'ended', words })).to.deep.equal({
        kind: 'ended',
        by: 'signed_out',
        endedAtMs: 5,
        byThisVisit: flag === '1',
      });
    }
  });

  const unreadable: readonly (readonly [LoginWord, readonly string[]])[] = [
    ['over', ['revoked']],
    ['over', []],
    ['ended', ['dummy', '5', '1']],
    ['ended', ['idle', 'x', '1']],
    ['ended', ['idle', '5']],
    ['ended', ['idle', '5', '2', '-', '-']],
    ['ended', ['idle', '5', '1', '-', 'ada']],
    ['ended', ['idle', '5', '1', '-']],
    ['live', ['4', '1', '3']],
    ['live', ['4', '1', '3', 'x', '-', '-']],
    ['live', ['4', '1', '3', '2', '-']],
  ];
  for (const [word, words] of unreadable) {
    it(`are refused if a visit of a login says "${[word, ...words].join(' ')}"`, () => {
      expect(() => decodeLogin({ word, words })).to.throw('unreadable');
    });
  }

  it('are refused when the time of an end is not a number', () => {
    expect(() => decodeEnd({ word: 'ended', words: ['now', '1', '-'] })).to.throw('unreadable');
    expect(() => decodeEnd({ word: 'already', words: ['idle'] })).to.throw('unreadable');
  });
});
