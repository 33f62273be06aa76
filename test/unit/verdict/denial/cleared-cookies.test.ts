import { expect } from 'chai';
import { buildDeny } from '../../../../src/verdict/denial/build-deny.ts';
import type { DenyReason } from '../../../../src/verdict/reason.ts';
import { cookiePlace } from '../../../support/requests/cookie-place.ts';
import {
  DENY_REASONS,
  type Headers,
  judgedOf,
  jwtSource,
  SID,
  sourceOf,
  valuesOf,
} from '../../../support/requests/judged-request.ts';

const LOGIN = 'https://login.example.org/?rd={return_to}';
const DOCUMENT: Headers = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const FRAME: Headers = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
const OTHERS: Readonly<Record<string, Headers>> = {
  'fetch()': { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
  'a program': { accept: '*/*' },
  'a beacon': { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' },
  'a picture': { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
  'a WebSocket': { upgrade: 'websocket' },
  'a prefetch': { ...DOCUMENT, 'sec-purpose': 'prefetch' },
  'a prerendered page': { ...DOCUMENT, 'sec-purpose': 'prefetch;prerender' },
  gRPC: { 'content-type': 'application/grpc' },
  'gRPC-Web': { 'content-type': 'application/grpc-web' },
  Connect: { 'connect-protocol-version': '1' },
  MCP: { 'mcp-protocol-version': '2025-11-25' },
};

function clearedBy(
  changes: Parameters<typeof judgedOf>[0],
  reason: DenyReason = 'idle_timeout',
): readonly string[] {
  const facts = { headers: DOCUMENT };
  const reply = buildDeny(judgedOf({ facts, ...changes }), reason);
  return valuesOf(reply.headers, 'set-cookie');
}

const namesIn = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.split('=')[0] ?? '');

describe('a cookie', () => {
  const gone: readonly DenyReason[] = [
    'idle_timeout',
    'absolute_timeout',
    'revoked',
    'signed_out',
    'subject_locked',
    'session_limit',
    'unknown_session',
  ];
  for (const reason of DENY_REASONS) {
    const clears = gone.includes(reason);
    it(`is ${clears ? 'cleared by' : 'left alone with'} ${reason}`, () => {
      const count = clears ? 1 : 0;
      for (const headers of [DOCUMENT, FRAME]) {
        for (const loginUrl of [undefined, LOGIN]) {
          const changes = { facts: { headers }, policy: { loginUrl } };
          expect(clearedBy(changes, reason)).to.have.lengthOf(count);
        }
      }
    });
  }

  for (const [client, headers] of Object.entries(OTHERS)) {
    it(`is left alone by the answer to ${client}, which may come late`, () => {
      for (const reason of DENY_REASONS) {
        expect(clearedBy({ facts: { headers } }, reason)).to.deep.equal([]);
      }
    });
  }

  it('is left alone by a prefetch that reaches a limit', () => {
    const changes = { facts: { headers: DOCUMENT }, isPrefetch: true };
    expect(clearedBy(changes, 'reauthentication_required')).to.deep.equal([]);
  });

  it('is left alone on a doubtful request, in a page and in a frame', () => {
    for (const headers of [DOCUMENT, FRAME]) {
      for (const reason of gone) {
        expect(clearedBy({ facts: { headers }, isDoubtful: true }, reason)).to.deep.equal([]);
      }
    }
  });

  it('is left to the login that a redirect leads to, if one serves its source', () => {
    const redirect = { policy: { loginUrl: LOGIN } };
    expect(clearedBy({ ...redirect, isLoginSource: true })).to.deep.equal([]);
    expect(clearedBy({ ...redirect, isLoginSource: false })).to.have.lengthOf(1);
    // A page leads nowhere by itself.
    expect(clearedBy({ isLoginSource: true })).to.have.lengthOf(1);
    const frame = { facts: { headers: FRAME }, ...redirect, isLoginSource: true };
    expect(clearedBy(frame)).to.have.lengthOf(1);
  });

  it('is cleared with its companions and pieces, all as they were set', () => {
    const place = cookiePlace('sid', {
      path: '/app',
      domain: 'example.com',
      sameSite: 'none',
      partitioned: true,
    });
    const names = ['sid', 'remember-me', 'sid.sig', 'sid.0', 'sid.1'];
    const lines = clearedBy({ source: sourceOf(place), cookiesToClear: () => names });
    expect(namesIn(lines)).to.deep.equal(names);
    for (const line of lines) {
      expect(line).to.match(/=; Path=\/app; Domain=example\.com; Max-Age=0; /);
      expect(line).to.match(/; Secure; HttpOnly; SameSite=None; Partitioned$/);
    }
  });

  it('is cleared with what its own prefix requires of each name', () => {
    const source = sourceOf(cookiePlace('sid', { path: '/a' }));
    const lines = clearedBy({ source, cookiesToClear: () => ['sid', '__Host-remember'] });
    expect(lines[1]).to.match(/^__Host-remember=; Path=\/; /);
  });

  it('is cleared by a name that a browser takes', () => {
    const strange = ['', 'a b', 'a;b', 'a,b', 'a=b', 'a\r\nb', 'sid\u00e9', 'x'.repeat(257)];
    expect(clearedBy({ cookiesToClear: () => strange })).to.deep.equal([]);
  });

  it('is looked for only where it is cleared', () => {
    const cookiesToClear = (): never => {
      throw new Error('the request was searched');
    };
    expect(clearedBy({ facts: { headers: {} }, cookiesToClear })).to.deep.equal([]);
    expect(clearedBy({ cookiesToClear }, 'no_credential')).to.deep.equal([]);
    expect(() => clearedBy({ cookiesToClear })).to.throw('searched');
  });

  it('that holds a JWT is cleared, and no header is', () => {
    expect(clearedBy({ source: jwtSource(SID) })).to.have.lengthOf(1);
    for (const source of [
      sourceOf({ kind: 'header', name: 'x' }),
      sourceOf({ kind: 'bearer' }),
      jwtSource(),
      undefined,
    ]) {
      expect(clearedBy({ source, cookiesToClear: () => ['x'] })).to.deep.equal([]);
    }
  });
});
