import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { createSubjectNames } from '../../../src/keys/subject-names.ts';

const NEW_KEY = new Uint8Array(32).fill(1);
const OLD_KEY = new Uint8Array(32).fill(2);

function hmac(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);
}

describe('the names of subjects', () => {
  const namesOf = createSubjectNames([NEW_KEY, OLD_KEY]);

  it('are the start of an HMAC-SHA-256, by each key', () => {
    const names = namesOf('ada');
    expect(names.key).to.equal(hmac(NEW_KEY, 'curfew subject\0ada'));
    expect(names.olderKeys()).to.deep.equal([hmac(OLD_KEY, 'curfew subject\0ada')]);
  });

  it('differ for every spelling, in any script', () => {
    const subjects = ['ada', 'Ada', 'é', 'e\u0301', '王', 'Ω', '\u{1f600}', 'ada ', 'a\0da', ''];
    expect(new Set(subjects.map((subject) => namesOf(subject).key)).size).to.equal(subjects.length);
  });

  it('are refused for text without a unique encoding, which is not repeated', () => {
    expect(() => namesOf('ada\ud800'))
      .to.throw(TypeError)
      .with.property('message')
      .that.does.not.contain('ada');
  });

  it('need a key', () => {
    expect(() => createSubjectNames([])).to.throw(TypeError);
  });
});
