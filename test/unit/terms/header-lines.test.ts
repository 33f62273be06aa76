import { expect } from 'chai';
import { hasHeader, joinedHeader, oneHeaderLine } from '../../../src/terms/header-lines.ts';
import type { RequestFacts } from '../../../src/terms/request-facts.ts';
import { factsOf } from '../../support/requests/judged-request.ts';

const requestWith = (...lines: readonly (readonly [string, string])[]): RequestFacts => ({
  ...factsOf(),
  headers: lines.map(([name, value]) => ({ name, value })),
});

describe('the one line of a header', () => {
  const AMBIGUOUS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    'sent twice': [
      ['x-session', 'a'],
      ['x-session', 'a'],
    ],
    'sent beside an empty line': [
      ['x-session', ''],
      ['x-session', 'a'],
    ],
    'sent under the name of a twin': [['x_session', 'a']],
    'sent beside a twin': [
      ['x-session', 'a'],
      ['x_session', 'a'],
    ],
    'empty, where a twin is not': [
      ['x-session', ''],
      ['x.session', 'a'],
    ],
  };
  for (const [how, lines] of Object.entries(AMBIGUOUS)) {
    it(`is ambiguous when it is ${how}`, () => {
      expect(oneHeaderLine(requestWith(...lines), 'x-session')).to.deep.equal({
        kind: 'ambiguous',
      });
    });
  }

  it('is found as it was sent, among other headers', () => {
    const facts = requestWith(['x-sessions', 'b'], ['x-session', ' a, b '], ['session', 'c']);
    expect(oneHeaderLine(facts, 'x-session')).to.deep.equal({ kind: 'line', sent: ' a, b ' });
  });

  it('is absent when every line is empty', () => {
    const facts = requestWith(['x-session', ''], ['x_session', '']);
    expect(oneHeaderLine(facts, 'x-session')).to.deep.equal({ kind: 'absent' });
  });
});

describe('the lines of a header as one value', () => {
  it('are joined in order, with a bare comma, empty lines among them', () => {
    const facts = requestWith(['accept', 'a'], ['accept', ''], ['origin', 'x'], ['accept', 'b, c']);
    expect(joinedHeader(facts, 'accept')).to.equal('a,,b, c');
  });

  it('are undefined where there are none, and empty where there is an empty one', () => {
    const facts = requestWith(['accept', '']);
    expect(joinedHeader(facts, 'accept')).to.equal('');
    expect(joinedHeader(facts, 'origin')).to.equal(undefined);
  });

  it('do not include those of a twin', () => {
    const facts = requestWith(['x_requested_with', 'a']);
    expect(joinedHeader(facts, 'x-requested-with')).to.equal(undefined);
  });
});

describe('hasHeader', () => {
  it('holds for an empty line of the exact name, and not for a twin', () => {
    expect(hasHeader(requestWith(['origin', '']), 'origin')).to.equal(true);
    expect(hasHeader(requestWith(['x_a', 'b']), 'x-a')).to.equal(false);
  });
});
