import { expect } from 'chai';
import { identify } from '../../../src/identity/identify.ts';
import { stripCredentials } from '../../../src/identity/strip-credentials.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';
import { inWords } from './answer.ts';
import { request, sourceAt } from './request.ts';

const TOMCAT = sourceAt(cookiePlace('JSESSIONID', { pathParameter: 'jsessionid' }), {
  take: { after: undefined, before: '.' },
});

function facts(path: string, cookie?: string) {
  return request(cookie === undefined ? [] : [['cookie', cookie]], { path });
}

function read(path: string, cookie?: string): string {
  return inWords(identify([TOMCAT], facts(path, cookie)));
}

describe('identify: a path parameter that the application reads as the cookie', () => {
  const alone: readonly (readonly [path: string, answer: string])[] = [
    ['/me;jsessionid=dead.node1', 'malformed path_parameter'],
    ['/me;JSESSIONID=dead.node1', 'malformed path_parameter'],
    ['/me%3Bjsessionid=dead.node1', 'malformed path_parameter'],
    ['/me%3bjsessionid%3Ddead.node1', 'malformed path_parameter'],
    ['/me%253Bjsessionid=dead.node1', 'malformed path_parameter'],
    ['/me;%6Asessionid=dead.node1', 'malformed path_parameter'],
    ['/me;v=1;jsessionid=dead.node1', 'malformed path_parameter'],
    ['/a;jsessionid=dead.node1/b', 'malformed path_parameter'],
    ['/me;jsessionid=dead.node1?q=1', 'malformed path_parameter'],
    ['/me;jsessionid="', 'malformed quotes_unpaired'],
    ['/me;jsessionid=', 'absent'],
    ['/me;jsessionid', 'absent'],
    ['/me;xjsessionid=a.b', 'absent'],
    ['/me?x=;jsessionid=a.b', 'absent'],
    ['/jsessionid=a.b', 'absent'],
  ];
  for (const [path, answer] of alone) {
    it(`${path} without a cookie is ${answer}`, () => {
      expect(read(path)).to.equal(answer);
      expect(read(path, 'a=1')).to.equal(answer);
    });
  }

  it('is the same session as the cookie with the same value, whatever the suffix', () => {
    expect(read('/me;jsessionid=live.node1', 'JSESSIONID=live.node1')).to.equal('found live');
    expect(read('/me;jsessionid=live.node2', 'JSESSIONID=live.node1')).to.equal('found live');
    expect(read('/me;jsessionid=%6Cive.node1', 'JSESSIONID=live.node1')).to.equal('found live');
  });

  const beside: readonly (readonly [path: string, cookie: string, answer: string])[] = [
    ['/me;jsessionid=dead.x', 'JSESSIONID=junk.x', 'ambiguous'],
    ['/me%3Bjsessionid=dead.x', 'JSESSIONID=junk.x', 'ambiguous'],
    ['/me%253Bjsessionid=dead.x', 'JSESSIONID=junk.x', 'ambiguous'],
    ['/a;jsessionid=junk.x/b;jsessionid=dead.x', 'JSESSIONID=junk.x', 'ambiguous'],
    ['/a;jsessionid=junk.x/b%3Bjsessionid=dead.x', 'JSESSIONID=junk.x', 'ambiguous'],
    ['/me;jsessionid=dead.x', 'jsessionid=dead.x', 'malformed other_case'],
    ['/me;jsessionid=junk.x', 'JSESSIONID=junk.x; jsessionid=dead.x', 'ambiguous'],
    ['/me;jsessionid=a%5Cb', 'JSESSIONID=junk.x', 'malformed backslash'],
    ['/me;jsessionid=dead', 'JSESSIONID=junk.x', 'malformed take_not_found'],
  ];
  for (const [path, cookie, answer] of beside) {
    it(`${path} with the cookie ${cookie} is ${answer}`, () => {
      expect(read(path, cookie)).to.equal(answer);
    });
  }

  it('has case only in its letters', () => {
    const odd = sourceAt(cookiePlace('sid', { pathParameter: 's_id' }));
    expect(inWords(identify([odd], facts('/me;S_ID=dead')))).to.equal('malformed path_parameter');
    expect(inWords(identify([odd], facts('/me;s\x7fid=dead')))).to.equal('absent');
  });

  it('is nothing where the source names none', () => {
    const plain = sourceAt(cookiePlace('JSESSIONID'));
    expect(inWords(identify([plain], facts('/me;jsessionid=dead')))).to.equal('absent');
  });

  it('cannot be removed from a request', () => {
    for (const path of ['/me;jsessionid=dead.x', '/me%253BJSESSIONID=dead.x']) {
      for (const cookie of [undefined, 'JSESSIONID=dead.x']) {
        expect(stripCredentials([TOMCAT], facts(path, cookie))).to.deep.equal({
          kind: 'in_target',
          source: TOMCAT,
        });
      }
    }
  });

  it('stays where the source is judged or left to the application', () => {
    const both = facts('/me;jsessionid=live.x', 'JSESSIONID=live.x');
    expect(stripCredentials([TOMCAT], both, { sources: [TOMCAT] })).to.deep.equal({
      kind: 'stripped',
      changes: { set: [], remove: [] },
    });
  });

  // Quadratic work on 64 000 characters takes seconds; linear work about a millisecond.
  for (const bit of [';', ';jsessionid=', ';jsessionid=x', '%3B', '%253Bjsessionid=x']) {
    it(`is read in linear time: 64 000 characters of ${bit}`, function () {
      this.timeout(1_000);
      read(`/${bit.repeat(64_000 / bit.length)}`, 'JSESSIONID=live.x');
    });
  }
});
