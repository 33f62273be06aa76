import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { createSessionNames, keyFingerprint } from '../../../src/keys/session-names.ts';

const NEW_KEY = new Uint8Array(32).fill(1);
const OLD_KEY = new Uint8Array(32).fill(2);
const OLDEST_KEY = new Uint8Array(32).fill(3);

function hmac(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

describe('createSessionNames', () => {
  const namesOf = createSessionNames([NEW_KEY, OLD_KEY, OLDEST_KEY]);

  it('names a session by HMAC-SHA-256 of source, NUL and credential', () => {
    const { key } = namesOf('web', 'abc');
    expect(key).to.equal(hmac(NEW_KEY, 'web\0abc'));
    expect(key).to.match(/^[A-Za-z0-9_-]{43}$/);
  });

  it('gives the names with older keys, newest first, when asked', () => {
    expect(namesOf('web', 'abc').olderKeys()).to.deep.equal([
      hmac(OLD_KEY, 'web\0abc'),
      hmac(OLDEST_KEY, 'web\0abc'),
    ]);
    expect(createSessionNames([NEW_KEY])('web', 'abc').olderKeys()).to.deep.equal([]);
  });

  it('never mixes up source and credential', () => {
    const pairs = [
      ['web', 'abc'],
      ['web', 'abd'],
      ['weba', 'bc'],
      ['api', 'abc'],
      ['web', 'ABC'],
      ['web', 'é'],
      ['web', 'e\u0301'],
      ['web', '\uFFFD'],
    ] as const;
    const names = pairs.map(([source, credential]) => namesOf(source, credential));
    expect(new Set(names.map(({ key }) => key)).size).to.equal(pairs.length);
  });

  it('refuses text without a unique encoding, and does not repeat it', () => {
    for (const [source, credential] of [
      ['we\0b', 'secret'],
      ['web', 'secret\uD800'],
    ] as const) {
      expect(() => namesOf(source, credential))
        .to.throw(TypeError)
        .with.property('message')
        .that.does.not.contain('secret');
    }
  });

  it('needs a key', () => {
    expect(() => createSessionNames([])).to.throw(TypeError);
  });

  it('keeps its keys when the caller wipes them', () => {
    const wiped = Uint8Array.from(NEW_KEY);
    const names = createSessionNames([wiped]);
    wiped.fill(0);
    expect(names('web', 'abc').key).to.equal(namesOf('web', 'abc').key);
  });
});

describe('keyFingerprint', () => {
  it('differs for different keys and reveals nothing about them', () => {
    const fingerprint = keyFingerprint(NEW_KEY);
    expect(fingerprint).to.match(/^[A-Za-z0-9_-]{16}$/);
    expect(keyFingerprint(Uint8Array.from(NEW_KEY))).to.equal(fingerprint);
    expect(keyFingerprint(OLD_KEY)).not.to.equal(fingerprint);
    expect(Buffer.from(NEW_KEY).toString('base64url')).not.to.contain(fingerprint);
  });
});
