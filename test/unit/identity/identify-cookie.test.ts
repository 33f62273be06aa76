import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import type { RequestFacts } from '../../../src/session/request-facts.ts';
import type { Source } from '../../../src/session/source.ts';
import { cookieSource, withCookies, withJoinedCookies } from './request.ts';

const SID = cookieSource('sid');

/** The credential found, or the kind of the answer. */
function read(facts: RequestFacts, source: Source = SID): string {
  const answer = identify([source], facts);
  return answer.kind === 'found' ? `found ${answer.credential}` : answer.kind;
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
    ['of a name in another case', 'SID=abc', 'absent'],
    ['beside one of a name in another case', 'SID=abc; sid=def', 'found def'],
    ['whose name stands in another value', 'a=sid=abc', 'absent'],
    ['whose name stands encoded in another value', 'to=%2F%3Fsid%3Dabc', 'absent'],
    ['beside the legacy attributes', '$Version=1; sid=abc; $Path=/', 'found abc'],
    ['that is empty beside one that is not', 'sid=; sid=abc', 'ambiguous'],
    ['twice the same', 'sid=abc; sid=abc', 'found abc'],
    ['twice the same in two spellings', 'sid=abc; sid=%61bc', 'found abc'],
    ['twice with different values', 'sid=abc; sid=def', 'ambiguous'],
    ['with a blank before =', 'sid =abc; sid=def', 'ambiguous'],
    ['with a tab before its name', '\tsid=abc;sid=def', 'ambiguous'],
    ['with a no-break space before its name', '\xa0sid=abc; sid=def', 'ambiguous'],
    ['with a byte order mark before its name', '\xef\xbb\xbfsid=abc; sid=def', 'ambiguous'],
    ['with its name encoded', '%73id=abc; sid=def', 'ambiguous'],
    ['with a blank encoded in its name', '%20sid=abc; sid=def', 'ambiguous'],
    ['with a NUL encoded in its name', 'sid%00x=abc; sid=def', 'ambiguous'],
    ['with its name encoded, alone', '%73id=abc', 'found abc'],
    ['with its name encoded twice', '%2573id=abc', 'absent'],
    ['behind a comma', 'a=1,sid=abc', 'found abc'],
    ['behind a comma and behind a semicolon', 'a=1,sid=abc; sid=def', 'ambiguous'],
    ['behind a blank, as http.cookies reads it', 'a=1 sid=abc; sid=def', 'ambiguous'],
    ['in a cookie sandwich', '$Version=1; a="; sid=abc; b="; sid=def', 'ambiguous'],
    ['encoded once', 'sid=%61bc', 'found abc'],
    ['as a signed cookie of express', 'sid=s%3Aabc.d%2Fe%2Bf%3D', 'found s:abc.d/e+f='],
    ['encoded twice', 'sid=%2561bc', 'malformed'],
    ['with a broken escape', 'sid=ab%zz', 'malformed'],
    ['with half an escape', 'sid=ab%4', 'malformed'],
    ['in quotes', 'sid="abc"', 'malformed'],
    ['in quotes with an octal escape', 'sid="\\141bc"', 'malformed'],
    ['in single quotes', "sid='abc'", 'malformed'],
    ['in encoded quotes', 'sid=%22abc%22', 'malformed'],
    ['with a backslash', 'sid=a\\bc', 'malformed'],
    ['with a blank inside', 'sid=a bc', 'malformed'],
    ['with a blank in front', 'sid= abc', 'malformed'],
    ['with a blank behind', 'sid=abc ; b=2', 'malformed'],
    ['of blanks only', 'sid=  ; b=2', 'malformed'],
    ['with an encoded blank', 'sid=a%20bc', 'malformed'],
    ['with an encoded NUL', 'sid=abc%00', 'malformed'],
    ['with an encoded line break', 'sid=abc%0d%0aset-cookie:x', 'malformed'],
    ['with a raw control character', 'sid=ab\x01c', 'malformed'],
    ['with a DEL', 'sid=ab\x7fc', 'malformed'],
    ['with a byte above ASCII', 'sid=abc\xe9', 'malformed'],
    ['with encoded UTF-8', 'sid=abc%C3%A9', 'malformed'],
    ['with a homoglyph', 'sid=\xd0\xb0bc', 'malformed'],
    ['with a comma inside', 'sid=ab,c', 'malformed'],
    ['with an encoded comma', 'sid=ab%2Cc', 'malformed'],
    ['with an encoded semicolon', 'sid=ab%3Bc', 'malformed'],
    ['twice with a comma between', 'sid=abc,sid=abc', 'malformed'],
    ['twice with a comma between, different', 'sid=abc,sid=def', 'ambiguous'],
  ];
  for (const [what, line, answer] of table) {
    it(`${what}: ${JSON.stringify(line)} is ${answer}`, () => {
      expect(read(withCookies(line))).to.equal(answer);
    });
  }

  it('is absent without a Cookie line, and with an empty one', () => {
    expect(read(withCookies())).to.equal('absent');
    expect(read(withCookies(''))).to.equal('absent');
  });

  it('is looked for in every Cookie line', () => {
    expect(read(withCookies('a=1', 'sid=abc'))).to.equal('found abc');
    expect(read(withCookies('sid=abc', 'sid=abc'))).to.equal('found abc');
    expect(read(withCookies('sid=abc', 'sid=def'))).to.equal('ambiguous');
  });

  it('is looked for in every line of the map form', () => {
    expect(read(withJoinedCookies('a=1', 'sid=abc'))).to.equal('found abc');
    expect(read(withJoinedCookies('sid=abc', 'sid=def'))).to.equal('ambiguous');
    expect(read(withJoinedCookies('sid=abc', 'b=2'))).to.equal('malformed');
  });

  it('is found under the names that PHP turns into its own', () => {
    const ci = cookieSource('ci_session');
    for (const name of ['ci.session', 'ci session', 'ci[session', 'ci%20session', 'ci+session']) {
      expect(read(withCookies(`${name}=dead; ci_session=fresh`), ci), name).to.equal('ambiguous');
    }
  });

  it('keeps a name with a dot apart from one with an underscore', () => {
    const express = cookieSource('connect.sid');
    expect(read(withCookies('connect_sid=a; connect.sid=b'), express)).to.equal('found b');
  });

  it('may be 4 096 bytes long and no longer, after decoding', () => {
    const longest = 'a'.repeat(4_096);
    expect(read(withCookies(`sid=${longest}`))).to.equal(`found ${longest}`);
    expect(read(withCookies(`sid=${longest}a`))).to.equal('malformed');
    expect(read(withCookies(`sid=${'%61'.repeat(4_096)}`))).to.equal(`found ${longest}`);
    expect(read(withCookies(`sid=${'%61'.repeat(4_097)}`))).to.equal('malformed');
  });

  it('is malformed where there is too much to be searched', () => {
    expect(read(withCookies('sid=abc', `a=${'x'.repeat(65_536)}`))).to.equal('malformed');
    expect(read(withCookies(`sid=abc;${'a=1;'.repeat(998)}b=2`))).to.equal('found abc');
    expect(read(withCookies(`sid=abc;${'a=1;'.repeat(999)}b=2`))).to.equal('malformed');
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
