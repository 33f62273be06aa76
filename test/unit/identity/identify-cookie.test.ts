import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import type { RequestFacts } from '../../../src/terms/request-facts.ts';
import type { Source } from '../../../src/terms/source.ts';
import { inWords } from './answer.ts';
import { cookieSource, withCookies, withJoinedCookies } from './request.ts';

const SID = cookieSource('sid');

function read(facts: RequestFacts, source: Source = SID): string {
  return inWords(identify([source], facts));
}

describe('identify: a cookie', () => {
  const table: readonly (readonly [what: string, line: string, answer: string])[] = [
    ['alone', 'sid=abc', 'found abc'],
    ['among others', 'a=1; sid=abc; b=2', 'found abc'],
    ['without blanks between', 'a=1;sid=abc;b=2', 'found abc'],
    ['with = inside', 'sid=ab==', 'found ab=='],
    ['with + and / inside', 'sid=a+b/c', 'found a+b/c'],
    ['the word that some applications clear with', 'sid=deleted', 'found deleted'],
    ['that looks like one of our own keys', 'sid=curfew:1:x', 'found curfew:1:x'],
    ['not there', 'a=1; b=2', 'absent'],
    ['empty', 'sid=', 'absent'],
    ['empty beside other cookies', 'sid=; b=2', 'absent'],
    ['without =', 'sid; b=2', 'absent'],
    ['of a longer name', 'xsid=abc; sid2=def; __Host-sid=ghi', 'absent'],
    ['of a name in another case', 'SID=abc', 'malformed other_case'],
    ['beside one of a name in another case', 'SID=abc; sid=def', 'several abc def'],
    ['beside the same in another case', 'SID=abc; sid=abc', 'found abc'],
    ['in another case only, beside an empty one', 'SID=abc; sid=', 'malformed other_case'],
    ['empty in another case', 'SID=; b=2', 'absent'],
    ['whose name is part of another value', 'a=sid=abc', 'absent'],
    ['whose encoded name is part of another value', 'to=%2F%3Fsid%3Dabc', 'absent'],
    ['beside the legacy attributes', '$Version=1; sid=abc; $Path=/', 'found abc'],
    ['that is empty beside one that is not', 'sid=; sid=abc', 'found abc'],
    ['twice the same', 'sid=abc; sid=abc', 'found abc'],
    ['twice the same in two spellings', 'sid=abc; sid=%61bc', 'found abc'],
    ['twice with different values', 'sid=abc; sid=def', 'several abc def'],
    ['twice the same, once in quotes', 'sid=abc; sid="abc"', 'found abc'],
    ['in three values and four spellings', 'sid=a; sid=b; sid=%61; sid=c', 'several a b c'],
    ['in four values', 'sid=a; sid=b; sid=c; sid=d', 'several a b c d'],
    ['in five values', 'sid=a; sid=b; sid=c; sid=d; sid=e', 'ambiguous'],
    ['in two values, one malformed', 'sid=abc; sid=d\\ef', 'malformed backslash'],
    ['with a blank before =', 'sid =abc; sid=def', 'several abc def'],
    ['with a tab before its name', '\tsid=abc;sid=def', 'several abc def'],
    ['with a no-break space before its name', '\xa0sid=abc; sid=def', 'several abc def'],
    ['with a byte order mark before its name', '\xef\xbb\xbfsid=abc; sid=def', 'several abc def'],
    ['with its name encoded', '%73id=abc; sid=def', 'several abc def'],
    ['with a blank encoded in its name', '%20sid=abc; sid=def', 'several abc def'],
    ['with a NUL encoded in its name', 'sid%00x=abc; sid=def', 'several abc def'],
    ['with its name encoded, alone', '%73id=abc', 'found abc'],
    ['with its name encoded twice', '%2573id=abc', 'absent'],
    ['after a comma', 'a=1,sid=abc', 'found abc'],
    ['after a comma and after a semicolon', 'a=1,sid=abc; sid=def', 'several abc def'],
    ['after a blank, as http.cookies reads it', 'a=1 sid=abc; sid=def', 'several abc def'],
    ['in a cookie sandwich', '$Version=1; a="; sid=abc; b="; sid=def', 'several abc def'],
    ['encoded once', 'sid=%61bc', 'found abc'],
    ['as a signed cookie of express', 'sid=s%3Aabc.d%2Fe%2Bf%3D', 'found s:abc.d/e+f='],
    ['encoded twice', 'sid=%2561bc', 'malformed escape'],
    ['with a broken escape', 'sid=ab%zz', 'malformed escape'],
    ['with half an escape', 'sid=ab%4', 'malformed escape'],
    ['in quotes', 'sid="abc"', 'found abc'],
    [
      'in quotes beside the attributes of a client in Java',
      '$Version="1"; sid="abc";$Path="/"',
      'found abc',
    ],
    ['of quotes with nothing between', 'sid=""; b=2', 'absent'],
    ['encoded in quotes', 'sid="%61bc"', 'found abc'],
    ['in two pairs of quotes', 'sid=""abc""', 'malformed quote_inside'],
    ['with a quote before it', 'sid="abc', 'malformed quotes_unpaired'],
    ['with a quote after it', 'sid=abc"', 'malformed quotes_unpaired'],
    ['of one quote', 'sid="', 'malformed quotes_unpaired'],
    ['with a quote inside', 'sid=a"bc', 'malformed quote_inside'],
    ['with a blank after its quotes', 'sid="abc" ; b=2', 'malformed quotes_unpaired'],
    ['in quotes with an octal escape', 'sid="\\141bc"', 'malformed backslash'],
    ['in single quotes', "sid='abc'", 'malformed quote_inside'],
    ['in encoded quotes', 'sid=%22abc%22', 'malformed quote_inside'],
    ['with a backslash', 'sid=a\\bc', 'malformed backslash'],
    ['with a blank inside', 'sid=a bc', 'malformed character'],
    ['with a blank before it', 'sid= abc', 'malformed character'],
    ['with a blank after it', 'sid=abc ; b=2', 'malformed character'],
    ['of blanks only', 'sid=  ; b=2', 'malformed character'],
    ['with an encoded blank', 'sid=a%20bc', 'malformed character'],
    ['with an encoded NUL', 'sid=abc%00', 'malformed character'],
    ['with an encoded line break', 'sid=abc%0d%0aset-cookie:x', 'malformed character'],
    ['with a raw control character', 'sid=ab\x01c', 'malformed character'],
    ['with a DEL', 'sid=ab\x7fc', 'malformed character'],
    ['with a byte above ASCII', 'sid=abc\xe9', 'malformed character'],
    ['with encoded UTF-8', 'sid=abc%C3%A9', 'malformed character'],
    ['with a homoglyph', 'sid=\xd0\xb0bc', 'malformed character'],
    ['with a comma inside', 'sid=ab,c', 'malformed comma'],
    ['with a comma in quotes', 'sid="ab,c"', 'malformed comma'],
    ['with an encoded comma', 'sid=ab%2Cc', 'found ab,c'],
    ['with an encoded semicolon', 'sid=ab%3Bc', 'found ab;c'],
    ['twice with a comma between', 'sid=abc,sid=abc', 'malformed comma'],
    ['twice with a comma between, different', 'sid=abc,sid=def', 'ambiguous'],
  ];
  for (const [what, line, answer] of table) {
    it(`${what}: ${JSON.stringify(line)} is ${answer}`, () => {
      expect(read(withCookies(line))).to.equal(answer);
    });
  }

  it('has several values in the order and the first spelling in which they were sent', () => {
    const signed = cookieSource('sid', { take: { after: undefined, before: '.' } });
    const facts = withCookies('sid="b.1"; sid=%61.1; sid=b.2; sid=a.3');
    expect(identify([signed], facts)).to.deep.equal({
      kind: 'several',
      source: signed,
      values: [
        { credential: 'b', sent: '"b.1"' },
        { credential: 'a', sent: '%61.1' },
      ],
    });
  });

  it('is absent without a Cookie line, and with an empty one', () => {
    expect(read(withCookies())).to.equal('absent');
    expect(read(withCookies(''))).to.equal('absent');
  });

  it('is searched in every Cookie line', () => {
    expect(read(withCookies('a=1', 'sid=abc'))).to.equal('found abc');
    expect(read(withCookies('sid=abc', 'sid=abc'))).to.equal('found abc');
    expect(read(withCookies('sid=abc', 'sid=def'))).to.equal('several abc def');
  });

  it('is searched in every line of the map form', () => {
    expect(read(withJoinedCookies('a=1', 'sid=abc'))).to.equal('found abc');
    expect(read(withJoinedCookies('sid=abc', 'sid=def'))).to.equal('ambiguous');
    expect(read(withJoinedCookies('sid=abc', 'b=2'))).to.equal('malformed comma');
  });

  it('is found under the names that PHP turns into its own', () => {
    const ci = cookieSource('ci_session');
    for (const name of ['ci.session', 'ci session', 'ci[session', 'ci%20session', 'ci+session']) {
      expect(read(withCookies(`${name}=dead; ci_session=fresh`), ci), name).to.equal(
        'several dead fresh',
      );
    }
  });

  it('distinguishes a name with a dot from one with an underscore', () => {
    const express = cookieSource('connect.sid');
    expect(read(withCookies('connect_sid=a; connect.sid=b'), express)).to.equal('found b');
  });

  it('may be 4 096 bytes long and no longer, after decoding', () => {
    const longest = 'a'.repeat(4_096);
    expect(read(withCookies(`sid=${longest}`))).to.equal(`found ${longest}`);
    expect(read(withCookies(`sid=${longest}a`))).to.equal('malformed too_long');
    expect(read(withCookies(`sid=${'%61'.repeat(4_096)}`))).to.equal(`found ${longest}`);
    expect(read(withCookies(`sid=${'%61'.repeat(4_097)}`))).to.equal('malformed too_long');
  });

  it('is malformed when there is too much to search', () => {
    expect(read(withCookies('sid=abc', `a=${'x'.repeat(65_536)}`))).to.equal(
      'malformed cookies_too_long',
    );
    expect(read(withCookies(`sid=abc;${'a=1;'.repeat(998)}b=2`))).to.equal('found abc');
    expect(read(withCookies(`sid=abc;${'a=1;'.repeat(999)}b=2`))).to.equal(
      'malformed too_many_cookies',
    );
  });

  it('is ambiguous in more than 32 occurrences', () => {
    expect(read(withCookies('sid=abc;'.repeat(32)))).to.equal('found abc');
    expect(read(withCookies('sid=abc;'.repeat(33)))).to.equal('ambiguous');
  });

  it('is not found by the names of Object.prototype', () => {
    expect(read(withCookies('a=1'), cookieSource('constructor'))).to.equal('absent');
    expect(read(withCookies('__proto__=abc'), cookieSource('__proto__'))).to.equal('found abc');
  });
});
