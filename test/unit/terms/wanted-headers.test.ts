import { expect } from 'chai';
import * as fc from 'fast-check';
import { areHeaderTwins } from '../../../src/terms/header-twin.ts';
import { WantedHeaders } from '../../../src/terms/wanted-headers.ts';

const nameIn = (wanted: WantedHeaders, spelled: string): string | undefined => {
  // As in a message: not at the beginning of the bytes, and with more bytes after it.
  const bytes = Buffer.from(`cookie${spelled}cookie`, 'latin1');
  return wanted.headerAt(bytes, 6, bytes.length - 6)?.name;
};

const seed = (Date.now() ^ (Math.random() * 2 ** 31)) >>> 0;

describe('wanted-headers', () => {
  const wanted = new WantedHeaders(['cookie', 'x-user', 'x_user', '__proto__', 'a']);

  it('know a name in any case, and give it in lower case', () => {
    for (const spelled of ['cookie', 'Cookie', 'COOKIE', 'cOOkIE']) {
      expect(nameIn(wanted, spelled)).to.equal('cookie');
    }
    expect(nameIn(wanted, '__Proto__')).to.equal('__proto__');
    expect(nameIn(wanted, 'A')).to.equal('a');
  });

  it('know twins, and give them as they are spelled', () => {
    expect(nameIn(wanted, 'X.User')).to.equal('x.user');
    expect(nameIn(wanted, 'X_USER')).to.equal('x_user');
    expect(nameIn(wanted, 'X-USER')).to.equal('x-user');
    expect(nameIn(wanted, 'x\xc0user')).to.equal('x\xe0user');
    expect(wanted.includes('x\u{2014}user')).to.equal(true);
  });

  for (const other of [
    '',
    'cooki',
    'cookies',
    'c00kie',
    'set-cookie',
    'xuser',
    'x--user',
    '-',
    'constructor',
  ]) {
    it(`do not know ${JSON.stringify(other)}`, () => {
      expect(nameIn(wanted, other)).to.equal(undefined);
      expect(wanted.includes(other)).to.equal(false);
    });
  }

  it(`know exactly the twins of their names, by bytes and by text (seed ${seed})`, () => {
    const name = fc.stringMatching(/^[a-c0_.-]{1,4}$/);
    const spelled = fc.stringMatching(/^[a-cA-C0_.\xc0\xe0-]{0,4}$/);
    fc.assert(
      fc.property(fc.array(name, { maxLength: 40 }), spelled, (names, sent) => {
        const some = new WantedHeaders(names);
        const lower = sent.toLowerCase();
        const isTwin = names.some((one) => areHeaderTwins(one, lower));
        expect(nameIn(some, sent)).to.equal(isTwin ? lower : undefined);
        expect(some.includes(lower)).to.equal(isTwin);
      }),
      { seed, numRuns: 2_000 },
    );
  });
});
