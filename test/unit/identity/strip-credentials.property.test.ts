import { expect } from 'chai';
import * as fc from 'fast-check';
import { identify } from '../../../src/identity/identify.ts';
import { carriesCredential } from '../../../src/identity/preflight.ts';
import { COOKIE_PARSERS } from './cookie-parsers.ts';
import { strip, stripped } from './strip.ts';
import { bearerSource, cookieSource, headerSource, request } from './request.ts';

const NAME = 'my_sid';
const SOURCES = [
  cookieSource(NAME),
  bearerSource({ name: 'api' }),
  headerSource('x-s', { name: 'h' }),
];
const seed = (Date.now() ^ (Math.random() * 2 ** 31)) >>> 0;

const hostilePiece = fc.constantFrom(
  'my_sid=',
  'MY_SID=',
  'my_sid.0=',
  'my_sidC1=',
  'my.sid=',
  'my sid=',
  '%6dy_sid=',
  'my_sid',
  'dead',
  '"',
  '\\',
  '=',
  ';',
  ',',
  ' ',
  '\t',
  '\0',
  '\r\n',
  '\xa0',
  '%',
  'a=1',
  'my',
  '_sid=',
  '; ',
);
const hostileText = fc.array(hostilePiece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const hostileRequest = fc
  .record({
    cookies: fc.array(hostileText, { maxLength: 3 }),
    headers: fc.array(
      fc.tuple(
        fc.constantFrom('authorization', 'x-s', 'x_s', 'x-t'),
        fc.oneof(
          hostileText,
          fc.constantFrom('Bearer dead', 'Basic x', 'Basic Bearer dead', 'dead'),
        ),
      ),
      { maxLength: 3 },
    ),
    linesJoined: fc.boolean(),
  })
  .map(({ cookies, headers, linesJoined }) => {
    const lines = linesJoined && cookies.length > 0 ? [cookies.join(',')] : cookies;
    return request([...headers, ...lines.map((line) => ['cookie', line] as const)], {
      linesJoined,
    });
  });

describe(`stripCredentials (seed ${seed})`, () => {
  it('leaves nothing that could be found or stripped a second time', () => {
    fc.assert(
      fc.property(hostileRequest, (facts) => {
        const after = stripped(SOURCES, facts);
        expect(identify(SOURCES, after).kind).to.equal('absent');
        expect(carriesCredential(SOURCES, after)).to.equal(false);
        const again = strip([cookieSource(NAME)], after);
        expect(again).to.deep.equal({ set: [], remove: [] });
      }),
      { numRuns: 5_000, seed },
    );
  });

  it('leaves nothing that any of the cookie parsers would find', () => {
    fc.assert(
      fc.property(hostileRequest, (facts) => {
        const lines = stripped(SOURCES, facts).headers.filter(({ name }) => name === 'cookie');
        const line = lines.map(({ value }) => value).join('; ');
        for (const parser of COOKIE_PARSERS) {
          expect(parser.read(line, NAME) ?? '', parser.name).to.equal('');
        }
      }),
      { numRuns: 5_000, seed },
    );
  });

  const otherName = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const octets = fc.stringMatching(/^[!#-+\--:<-[\]-~]{0,12}$/);
  const quoted = octets.map((text) => `"${text}"`);
  const foreign = octets.map((text) => `${text}\xe9\xff`);
  const others = fc.array(
    fc
      .tuple(otherName, fc.oneof(octets, quoted, foreign))
      .map(([name, value]) => `${name}=${value}`),
    { minLength: 1, maxLength: 6 },
  );

  it('keeps every other cookie byte for byte and in order, in both header forms', () => {
    fc.assert(
      fc.property(others, fc.nat(6), fc.boolean(), (cookies, at, linesJoined) => {
        const withOurs = cookies.toSpliced(at, 0, `${NAME}=dead`);
        const cut = Math.ceil(withOurs.length / 2);
        const lines = [withOurs.slice(0, cut), withOurs.slice(cut)]
          .filter((part) => part.length > 0)
          .map((part) => part.join('; '));
        const sent = linesJoined ? [lines.join(',')] : lines;
        const facts = request(
          sent.map((line) => ['cookie', line] as const),
          { linesJoined },
        );
        const { set } = strip(SOURCES, facts);
        expect(set).to.deep.equal([['cookie', cookies.join('; ')]]);
      }),
      { numRuns: 2_000, seed },
    );
  });
});
