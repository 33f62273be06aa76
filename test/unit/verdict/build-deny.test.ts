import { expect } from 'chai';
import { buildDeny } from '../../../src/verdict/build-deny.ts';
import type { DenyReason } from '../../../src/verdict/verdict.ts';
import { buildReply } from '../../../src/verdict/build-reply.ts';
import {
  type Headers,
  judgedOf,
  jwtSource,
  SID,
  sourceOf,
  valuesOf,
} from '../../support/judged-request.ts';

const DENY_REASONS = [
  'no_credential',
  'malformed_credential',
  'ambiguous_credential',
  'invalid_token',
  'unknown_session',
  'idle_timeout',
  'absolute_timeout',
  'revoked',
  'reauthentication_required',
  'session_limit',
] as const satisfies readonly DenyReason[];

const BROWSER: Headers = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const CLIENTS: Readonly<Record<string, Headers>> = {
  'a navigation': BROWSER,
  'fetch()': { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
  'a program': { accept: '*/*' },
  gRPC: { ...BROWSER, 'content-type': 'application/grpc' },
  'gRPC-Web': { 'content-type': 'application/grpc-web+proto' },
  'a WebSocket': { upgrade: 'websocket' },
};
const LOGIN = 'https://login.example.org/?rd={return_to}&reason={reason}&max_age={max_age}';

describe('buildDeny', () => {
  for (const [client, headers] of Object.entries(CLIENTS)) {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
      for (const loginUrl of [undefined, LOGIN]) {
        for (const ambiguousPath of [false, true]) {
          const isRedirect = client === 'a navigation' && loginUrl !== undefined && !ambiguousPath;
          const redirect = method === 'GET' || method === 'HEAD' ? 302 : 303;
          const status = isRedirect ? redirect : 401;
          const path = ambiguousPath ? 'an ambiguous path' : 'a plain path';

          it(`answers ${status} to ${client} with ${method} on ${path}, login_url ${loginUrl === undefined ? 'unset' : 'set'}`, () => {
            for (const reason of DENY_REASONS) {
              const facts = { method, headers };
              const reply = buildDeny(
                judgedOf({ facts, ambiguousPath, policy: { loginUrl } }),
                reason,
              );
              expect(reply.httpStatus, reason).to.equal(status);
              expect(valuesOf(reply.headers, 'www-authenticate')).to.have.lengthOf(
                isRedirect ? 0 : 1,
              );
              expect(valuesOf(reply.headers, 'location')).to.have.lengthOf(isRedirect ? 1 : 0);
              expect(valuesOf(reply.headers, 'cache-control')).to.deep.equal(['no-store']);
              expect(reply.body === '').to.equal(isRedirect);
            }
          });
        }
      }
    }
  }

  it('gives a page to a navigation and a problem document to everything else', () => {
    for (const [client, headers] of Object.entries(CLIENTS)) {
      const reply = buildDeny(judgedOf({ facts: { headers } }), 'idle_timeout');
      const type =
        client === 'a navigation' ? 'text/html; charset=utf-8' : 'application/problem+json';
      expect(valuesOf(reply.headers, 'content-type'), client).to.deep.equal([type]);
      expect(valuesOf(reply.headers, 'x-content-type-options'), client).to.deep.equal(['nosniff']);
    }
  });

  it('answers malformed, ambiguous, unknown and invalid with the same bytes', () => {
    for (const headers of Object.values(CLIENTS)) {
      for (const loginUrl of [undefined, LOGIN]) {
        const answers = (
          [
            'malformed_credential',
            'ambiguous_credential',
            'invalid_token',
            'unknown_session',
          ] as const
        ).map((reason) => {
          const source =
            reason === 'ambiguous_credential'
              ? undefined
              : sourceOf({ kind: 'header', name: 'x-session' });
          const admittedSources = [sourceOf({ kind: 'header', name: 'x-session' })];
          const { metadata: _, ...told } = buildDeny(
            judgedOf({ facts: { headers }, source, admittedSources, policy: { loginUrl } }),
            reason,
          );
          return JSON.stringify(told);
        });
        expect(new Set(answers)).to.have.lengthOf(1);
        expect(answers[0]).to.contain('invalid_credential');
      }
    }
  });

  describe('challenges', () => {
    const bearer = sourceOf({ kind: 'bearer' }, 'token');
    const header = sourceOf({ kind: 'header', name: 'x-session' }, 'header');
    const jwtCookie = jwtSource({ ...SID, name: 'jwt' }, 'jwt-cookie');

    const challengesOf = (
      reason: DenyReason,
      changes: Parameters<typeof judgedOf>[0] = {},
    ): readonly string[] =>
      valuesOf(buildDeny(judgedOf(changes), reason).headers, 'www-authenticate');

    for (const source of [sourceOf(), header]) {
      it(`names our own scheme and the reason for a ${source.place.kind}`, () => {
        expect(challengesOf('idle_timeout', { source })).to.deep.equal([
          'Session realm="curfew", error="idle_timeout"',
        ]);
        expect(challengesOf('absolute_timeout', { source })).to.deep.equal([
          'Session realm="curfew", error="absolute_timeout"',
        ]);
        expect(challengesOf('revoked', { source })).to.deep.equal([
          'Session realm="curfew", error="revoked"',
        ]);
        expect(challengesOf('unknown_session', { source })).to.deep.equal([
          'Session realm="curfew", error="invalid_credential"',
        ]);
      });
    }

    for (const source of [bearer, jwtSource(), jwtCookie]) {
      it(`is RFC 6750's for ${source.name}`, () => {
        expect(challengesOf('idle_timeout', { source })).to.deep.equal([
          'Bearer realm="curfew", error="invalid_token", error_description="The session ended because there was no activity for too long. Sign in again to continue."',
        ]);
        expect(challengesOf('invalid_token', { source })).to.deep.equal([
          'Bearer realm="curfew", error="invalid_token", error_description="The session of this request is not valid. Sign in again to continue."',
        ]);
      });
    }

    for (const [reachedLimit, maxAge] of [
      ['idle', 300],
      ['absolute', 28_800],
    ] as const) {
      it(`is RFC 9470's with the seconds of the ${reachedLimit} timeout when a fresh login is wanted`, () => {
        expect(
          challengesOf('reauthentication_required', { source: bearer, reachedLimit }),
        ).to.deep.equal([
          'Bearer realm="curfew", error="insufficient_user_authentication", ' +
            'error_description="This part of the site asks for a more recent sign-in. Sign in again to continue.", ' +
            `max_age="${maxAge}"`,
        ]);
        expect(challengesOf('reauthentication_required', { reachedLimit })).to.deep.equal([
          `Session realm="curfew", error="insufficient_user_authentication", max_age="${maxAge}"`,
        ]);
      });
    }

    it('rounds a wanted age down to whole seconds', () => {
      const policy = { idleTimeoutMs: 1999 };
      expect(
        challengesOf('reauthentication_required', { policy, reachedLimit: 'idle' })[0],
      ).to.match(/max_age="1"$/);
    });

    it('names no error when no credential came, and each scheme that would do once', () => {
      const admittedSources = [sourceOf(), header, bearer, jwtSource()];
      expect(challengesOf('no_credential', { source: undefined, admittedSources })).to.deep.equal([
        'Session realm="curfew"',
        'Bearer realm="curfew"',
      ]);
      expect(
        challengesOf('no_credential', { source: undefined, admittedSources: [bearer] }),
      ).to.deep.equal(['Bearer realm="curfew"']);
    });

    it('names the error in each scheme when several credentials contradict each other', () => {
      const admittedSources = [sourceOf(), bearer];
      expect(
        challengesOf('ambiguous_credential', { source: undefined, admittedSources }),
      ).to.deep.equal([
        'Session realm="curfew", error="invalid_credential"',
        'Bearer realm="curfew", error="invalid_token", error_description="The session of this request is not valid. Sign in again to continue."',
      ]);
    });

    it('always has a challenge, even where no source is admitted', () => {
      expect(
        challengesOf('no_credential', { source: undefined, admittedSources: [] }),
      ).to.deep.equal(['Session realm="curfew"']);
    });

    it('escapes the realm', () => {
      const settings = { streamCutHeader: 'x-cut', realm: 'a "b" \\ c' };
      expect(challengesOf('revoked', { settings })).to.deep.equal([
        String.raw`Session realm="a \"b\" \\ c", error="revoked"`,
      ]);
    });
  });

  describe('cookie clearing', () => {
    const cleared = ['idle_timeout', 'absolute_timeout', 'revoked', 'unknown_session'];
    for (const reason of DENY_REASONS) {
      const does = cleared.includes(reason) ? 'clears' : 'keeps';
      it(`${does} the cookie of a navigation for ${reason}, and keeps it for everybody else`, () => {
        for (const [client, headers] of Object.entries(CLIENTS)) {
          for (const loginUrl of [undefined, LOGIN]) {
            const clears = does === 'clears' && client === 'a navigation';
            const judged = judgedOf({ facts: { headers }, policy: { loginUrl } });
            const cookies = valuesOf(buildDeny(judged, reason).headers, 'set-cookie');
            expect(cookies, client).to.have.lengthOf(clears ? 1 : 0);
            const ambiguous = { ...judged, ambiguousPath: true };
            expect(valuesOf(buildDeny(ambiguous, reason).headers, 'set-cookie')).to.have.lengthOf(
              0,
            );
          }
        }
      });
    }

    it('clears the cookie of a JWT, and nothing for a header', () => {
      const facts = { headers: BROWSER };
      const jwt = buildDeny(judgedOf({ facts, source: jwtSource(SID) }), 'revoked');
      expect(valuesOf(jwt.headers, 'set-cookie')).to.have.lengthOf(1);
      for (const source of [
        sourceOf({ kind: 'header', name: 'x' }),
        sourceOf({ kind: 'bearer' }),
        jwtSource(),
        undefined,
      ]) {
        const reply = buildDeny(judgedOf({ facts, source }), 'revoked');
        expect(valuesOf(reply.headers, 'set-cookie')).to.have.lengthOf(0);
      }
    });
  });

  it('keeps the true reason for the access log only', () => {
    const reply = buildDeny(judgedOf({ clocks: undefined }), 'malformed_credential');
    expect(reply.metadata).to.deep.equal({
      verdict: 'deny',
      reason: 'malformed_credential',
      policy: 'payments',
      mode: 'enforce',
      source: 'web',
      session: 'tag-1234',
      idle_remaining_s: undefined,
      absolute_remaining_s: undefined,
    });
    expect(JSON.stringify([reply.headers, reply.body])).to.not.contain('malformed');
  });

  it('tells the client nothing about itself, its policy or the inside', () => {
    const facts = { headers: { cookie: '__Host-sid=CANARY', authorization: 'Bearer CANARY' } };
    for (const reason of DENY_REASONS) {
      const reply = buildDeny(judgedOf({ facts }), reason);
      expect(JSON.stringify(reply)).to.not.contain('CANARY');
      expect(JSON.stringify([reply.headers, reply.body])).to.not.match(
        /payments|tag-1234|"web"|example\.com/,
      );
    }
  });
});

describe('buildReply', () => {
  it('builds an allow, a denial and an RPC error from the three verdicts', () => {
    const judged = judgedOf();
    expect(buildReply({ kind: 'allow', reason: 'ok' }, judged).kind).to.equal('allow');
    expect(buildReply({ kind: 'deny', reason: 'revoked' }, judged).kind).to.equal('deny');
    expect(buildReply({ kind: 'none', reason: 'store_unavailable' }, judged)).to.include({
      kind: 'none',
      grpcStatus: 'UNAVAILABLE',
    });
    expect(buildReply({ kind: 'none', reason: 'overloaded' }, judged)).to.include({
      grpcStatus: 'RESOURCE_EXHAUSTED',
    });
    expect(buildReply({ kind: 'none', reason: 'internal_error' }, judged)).to.include({
      grpcStatus: 'INTERNAL',
    });
  });
});
