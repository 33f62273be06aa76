import { expect } from 'chai';
import type { RequestFacts } from '../../../../src/terms/request-facts.ts';
import { buildDeny } from '../../../../src/verdict/denial/build-deny.ts';
import { returnTarget } from '../../../../src/verdict/denial/return-target.ts';
import type { DenyReason } from '../../../../src/verdict/reason.ts';
import { factsOf, judgedOf, valuesOf } from '../../../support/requests/judged-request.ts';

const returnHosts = new Set(['app.example.com', '[::1]']);
const targetOf = (
  changes: Partial<Omit<RequestFacts, 'headers'>>,
  hosts: ReadonlySet<string> = returnHosts,
): string => returnTarget(factsOf(changes), hosts);

describe('returnTarget', () => {
  const hosts: readonly [host: string, scheme: string, origin: string][] = [
    ['app.example.com', 'https', 'https://app.example.com'],
    ['APP.Example.com', 'https', 'https://app.example.com'],
    ['app.example.com.', 'https', 'https://app.example.com'],
    ['app.example.com', 'http', 'http://app.example.com'],
    ['app.example.com', 'javascript', 'https://app.example.com'],
    ['app.example.com', '', 'https://app.example.com'],
    ['app.example.com:8443', 'https', 'https://app.example.com:8443'],
    ['[::1]', 'http', 'http://[::1]'],
    ['dev.example.com', 'https', ''],
    ['app.example.com:', 'https', ''],
    ['app.example.com:443@evil.example', 'https', ''],
    ['app.example.com@evil.example', 'https', ''],
    ['evil.example', 'https', ''],
    ['app.example.com.evil.example', 'https', ''],
    ['xapp.example.com', 'https', ''],
    ['app.example.com/evil', 'https', ''],
    ['app.example.com\\evil', 'https', ''],
    ['app.example.com evil.example', 'https', ''],
    ['app.example.com,evil.example', 'https', ''],
    ['app.example.com:99999999', 'https', ''],
    ['app.example.com\r\nx: y', 'https', ''],
    ['\u0430pp.example.com', 'https', ''],
    ['', 'https', ''],
  ];
  for (const [host, scheme, origin] of hosts) {
    it(`${origin === '' ? 'does not name' : 'names'} the host ${JSON.stringify(host)} over ${JSON.stringify(scheme)}`, () => {
      expect(targetOf({ host, scheme, path: '/a' })).to.equal(`${origin}/a`);
    });
  }

  it('is only the path with its query when no host is named', () => {
    expect(targetOf({ path: '/a/b?c=d&e=f' }, new Set())).to.equal('/a/b?c=d&e=f');
  });

  const dropped: readonly string[] = [
    '',
    '*',
    'account',
    'https://evil.example/',
    'http:/evil.example',
    'javascript:alert(1)',
    '//evil.example',
    '///evil.example',
    '/a//b',
    '/\\evil.example',
    '\\\\evil.example',
    '/a\\..\\b',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r\n/evil.example',
    '/ /evil.example',
    '/\u0000',
    '/\u007f',
    '/%2fevil.example',
    '/%2F%2Fevil.example',
    '/%5cevil.example',
    '/%5C%5Cevil.example',
    '/%09/evil.example',
    '/%0d%0aset-cookie:a=b',
    '/%00',
    '/a#b',
    '/a?b#c',
    '/a?b\tc',
    '/a?b\r\nlocation: https://evil.example',
    ' /a',
    `/${'a'.repeat(2048)}`,
    `/${'\u00e9'.repeat(342)}`,
  ];
  for (const path of dropped) {
    it(`is nothing for ${JSON.stringify(path.slice(0, 50))}`, () => {
      expect(targetOf({ path })).to.equal('');
      expect(targetOf({ path }, new Set())).to.equal('');
    });
  }

  const kept: readonly [path: string, target: string][] = [
    ['/', '/'],
    ['/@evil.example', '/@evil.example'],
    ['/.evil.example', '/.evil.example'],
    ['/a?u=https://evil.example//b', '/a?u=https://evil.example//b'],
    ['/a?u=%2F%2Fevil.example', '/a?u=%2F%2Fevil.example'],
    ['/a?b\\c', '/a?b%5Cc'],
    ['/caf\u00e9?q=\u20ac', '/caf%C3%A9?q=%E2%82%AC'],
    ['/\ud800', '/%EF%BF%BD'],
    ['/a%20b', '/a%20b'],
    [`/${'a'.repeat(2047)}`, `/${'a'.repeat(2047)}`],
  ];
  for (const [path, target] of kept) {
    it(`keeps ${JSON.stringify(path.slice(0, 50))}`, () => {
      expect(targetOf({ path }, new Set())).to.equal(target);
    });
  }

  it('counts the host against its 2 KB, too', () => {
    expect(targetOf({ path: `/${'a'.repeat(2047)}` })).to.equal('');
    expect(targetOf({ path: `/${'a'.repeat(2048 - 24)}` })).to.have.lengthOf(2048);
  });
});

describe('the redirect to the login', () => {
  const LOGIN = 'https://login.example.org/start?rd={return_to}&reason={reason}&max_age={max_age}';
  const headers = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const locationOf = (changes: Parameters<typeof judgedOf>[0], reason: DenyReason): string => {
    const { facts, policy, ...rest } = changes ?? {};
    const judged = judgedOf({
      ...rest,
      facts: { headers, ...facts },
      policy: { loginUrl: LOGIN, ...policy },
    });
    return valuesOf(buildDeny(judged, reason).headers, 'location').join('|');
  };

  it('encodes each placeholder', () => {
    expect(
      locationOf({ facts: { path: '/a b?c=d&e={reason}'.replace(' ', '+') } }, 'idle_timeout'),
    ).to.equal(
      'https://login.example.org/start?rd=%2Fa%2Bb%3Fc%3Dd%26e%3D%7Breason%7D&reason=idle_timeout&max_age=',
    );
  });

  it('gives the age that a login may have only when a new one is required', () => {
    const reauthentication = locationOf({ reachedLimit: 'idle' }, 'reauthentication_required');
    expect(new URL(reauthentication).searchParams.get('max_age')).to.equal('300');
    expect(
      new URL(locationOf({ reachedLimit: 'idle' }, 'idle_timeout')).searchParams.get('max_age'),
    ).to.equal('');
  });

  it('gives the login the reason that the client may know', () => {
    expect(new URL(locationOf({}, 'unknown_session')).searchParams.get('reason')).to.equal(
      'invalid_credential',
    );
  });

  it('returns to the form after a POST', () => {
    const location = locationOf({ facts: { method: 'POST', path: '/transfer?to=7' } }, 'revoked');
    expect(new URL(location).searchParams.get('rd')).to.equal('/transfer?to=7');
  });

  it('replaces a placeholder that occurs twice, and nothing else in braces', () => {
    const loginUrl =
      'https://login.example.org/{reason}/{return_to}?again={reason}&x={unknown}&y=$&{}';
    expect(locationOf({ policy: { loginUrl } }, 'revoked')).to.equal(
      'https://login.example.org/revoked/%2Faccount%3Ftab%3D2?again=revoked&x={unknown}&y=$&{}',
    );
  });

  it('is the login_url as it is when that has no placeholders', () => {
    expect(locationOf({ policy: { loginUrl: 'https://login.example.org/' } }, 'revoked')).to.equal(
      'https://login.example.org/',
    );
  });
});
