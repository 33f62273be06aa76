import { expect } from 'chai';
import { readGivenCredential } from '../../../../src/cli/administration/input/given-credential.ts';
import { sessionFaultOf } from '../../../../src/cli/administration/input/given-session.ts';
import type { Terminal } from '../../../../src/cli/administration/input/terminal.ts';

/** Standard input that is a pipe. */
function piped(text: string): Terminal {
  const never = (): never => {
    throw new Error('no person is there');
  };
  return {
    isInteractive: false,
    askLine: never,
    askSecret: never,
    out: never,
    err: never,
    readInput: () => Promise.resolve(text),
  };
}

describe('a credential on standard input', () => {
  it('is one line, without its line break and blanks at its ends', async () => {
    for (const text of ['s3cret=', 's3cret=\n', ' s3cret=\r\n']) {
      // oxlint-disable-next-line no-await-in-loop -- three
      expect(await readGivenCredential(piped(text))).to.deep.equal({ credential: 's3cret=' });
    }
  });

  for (const text of ['', '\n', 's3cret\nother\n', 's3cret\0']) {
    it(`is not ${JSON.stringify(text)}, and the problem does not repeat it`, async () => {
      const given = await readGivenCredential(piped(text));
      expect(given).to.have.property('problem').that.does.not.contain('s3cret');
    });
  }
});

describe('the name of a session as an argument', () => {
  it('is a handle or a tag', () => {
    for (const name of ['A'.repeat(43), '-_3fWk9aZx0Q']) {
      expect(sessionFaultOf(name)).to.equal(undefined);
    }
  });

  for (const name of ['', 'A'.repeat(42), '0123456789abcdef0123456789abcdef', '3fWk9aZx0-Q=']) {
    it(`is not ${name === '' ? 'empty' : name}, which may be a credential and is not repeated`, () => {
      const fault = sessionFaultOf(name);
      expect(fault).to.contain('standard input');
      if (name !== '') expect(fault).to.not.contain(name);
    });
  }
});
