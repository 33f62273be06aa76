import { expect } from 'chai';
import { buildDeny } from '../../../../src/verdict/denial/build-deny.ts';
import type { DenyReason } from '../../../../src/verdict/reason.ts';
import { buildReply, noReply } from '../../../../src/verdict/build-reply.ts';
import {
  DENY_REASONS,
  type Headers,
  judgedOf,
  jwtSource,
  SID,
  sourceOf,
  valuesOf,
} from '../../../support/requests/judged-request.ts';

const BROWSER: Headers = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const FRAME: Headers = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
const FETCH: Headers = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
const EVENTS: Headers = { accept: 'text/event-stream' };
const MCP: Headers = { 'mcp-protocol-version': '2025-11-25' };
const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';
const PROBLEM = 'application/problem+json';
const LOGIN = 'https://login.example.org/?rd={return_to}&reason={reason}&max_age={max_age}';

const DENIALS: readonly {
  readonly client: string;
  readonly method?: string;
  readonly headers: Headers;
  readonly status: number;
  readonly type: string | undefined;
}[] = [
  { client: 'a frame', headers: FRAME, status: 401, type: HTML },
  { client: 'a form in a frame', method: 'POST', headers: FRAME, status: 401, type: HTML },
  { client: 'fetch()', headers: FETCH, status: 401, type: PROBLEM },
  { client: 'a preflight', method: 'OPTIONS', headers: FETCH, status: 401, type: PROBLEM },
  { client: 'a program', headers: { accept: '*/*' }, status: 401, type: PROBLEM },
  { client: 'a WebSocket', headers: { upgrade: 'websocket' }, status: 401, type: PROBLEM },
  { client: 'an EventSource', headers: EVENTS, status: 401, type: PROBLEM },
  {
    client: 'gRPC',
    headers: { ...BROWSER, 'content-type': 'application/grpc' },
    status: 401,
    type: undefined,
  },
  {
    client: 'gRPC-Web',
    headers: { 'content-type': 'application/grpc-web-text' },
    status: 200,
    type: 'application/grpc-web+proto',
  },
  {
    client: 'Connect',
    method: 'POST',
    headers: { 'connect-protocol-version': '1' },
    status: 401,
    type: JSON_TYPE,
  },
  {
    client: 'a call of MCP',
    method: 'POST',
    headers: { ...EVENTS, ...MCP },
    status: 401,
    type: JSON_TYPE,
  },
  {
    client: 'an event stream of MCP',
    headers: { accept: 'application/json, text/event-stream', ...MCP },
    status: 404,
    type: JSON_TYPE,
  },
  {
    client: 'metadata for MCP',
    headers: { accept: 'application/json', ...MCP },
    status: 401,
    type: JSON_TYPE,
  },
];

describe('buildDeny', () => {
  for (const { client, method = 'GET', headers, status, type } of DENIALS) {
    for (const loginUrl of [undefined, LOGIN]) {
      it(`answers ${status} to ${client} for every reason, login_url ${loginUrl === undefined ? 'unset' : 'set'}`, () => {
        for (const reason of DENY_REASONS) {
          for (const isDoubtful of [false, true]) {
            const reply = buildDeny(
              judgedOf({ facts: { method, headers }, isDoubtful, policy: { loginUrl } }),
              reason,
            );
            expect(reply.httpStatus, reason).to.equal(status);
            expect(valuesOf(reply.headers, 'content-type')).to.deep.equal(
              type === undefined ? [] : [type],
            );
            expect(valuesOf(reply.headers, 'www-authenticate')).to.have.lengthOf(
              status === 404 ? 0 : 1,
            );
            expect(valuesOf(reply.headers, 'location')).to.deep.equal([]);
            expect(valuesOf(reply.headers, 'cache-control')).to.deep.equal(['no-store']);
            expect(reply.body === '').to.equal(status === 200);
          }
        }
      });
    }
  }

  const mended = DENY_REASONS.filter(
    (reason) =>
      !['ambiguous_credential', 'malformed_credential', 'subject_locked', 'session_limit'].includes(
        reason,
      ),
  );
  for (const [method, status] of [
    ['GET', 302],
    ['HEAD', 302],
    ['POST', 303],
    ['OPTIONS', 303],
  ] as const) {
    it(`leads a person to the login by ${status} after ${method}`, () => {
      for (const reason of mended) {
        const judged = judgedOf({
          facts: { method, headers: BROWSER },
          policy: { loginUrl: LOGIN },
        });
        const reply = buildDeny(judged, reason);
        expect(reply.httpStatus).to.equal(status);
        expect(reply.body).to.equal('');
        expect(valuesOf(reply.headers, 'location')).to.have.lengthOf(1);
        expect(valuesOf(reply.headers, 'www-authenticate')).to.deep.equal([]);
        expect(valuesOf(reply.headers, 'cache-control')).to.deep.equal(['no-store']);
      }
    });
  }

  describe('a page', () => {
    const pageOf = (
      changes: Parameters<typeof judgedOf>[0],
      reason: DenyReason,
    ): ReturnType<typeof buildDeny> => {
      const reply = buildDeny(judgedOf({ facts: { headers: BROWSER }, ...changes }), reason);
      expect(reply.httpStatus).to.equal(401);
      expect(valuesOf(reply.headers, 'content-type')).to.deep.equal([HTML]);
      expect(valuesOf(reply.headers, 'location')).to.deep.equal([]);
      expect(valuesOf(reply.headers, 'www-authenticate')).to.have.lengthOf(1);
      return reply;
    };
    const linkIn = ({ body }: { readonly body: string }): string | undefined =>
      /href="([^"]*)"/.exec(body)?.[1]?.replaceAll('&#39;', "'").replaceAll('&amp;', '&');

    it('is shown where the policy has no login, and has no link', () => {
      for (const reason of DENY_REASONS) expect(linkIn(pageOf({}, reason))).to.equal(undefined);
    });

    it('is shown where a login would not help: its redirect would come back without end', () => {
      for (const reason of ['ambiguous_credential', 'malformed_credential'] as const) {
        const reply = pageOf({ policy: { loginUrl: LOGIN } }, reason);
        expect(reply.body).to.match(/delete the cookies of this site/i);
        expect(linkIn(reply)).to.match(/^https:\/\/login\.example\.org\/\?rd=%2Faccount/);
      }
    });

    it('is shown on a doubtful request, with the link that a redirect would follow', () => {
      const changes = { policy: { loginUrl: LOGIN } };
      for (const reason of mended) {
        const redirect = buildDeny(judgedOf({ facts: { headers: BROWSER }, ...changes }), reason);
        const reply = pageOf({ ...changes, isDoubtful: true }, reason);
        expect([linkIn(reply)]).to.deep.equal(valuesOf(redirect.headers, 'location'));
      }
    });

    it('is shown in a frame, which only its own policy for content allows', () => {
      const headers = { ...BROWSER, 'sec-fetch-dest': 'iframe' };
      const framed = pageOf({ facts: { headers }, policy: { loginUrl: LOGIN } }, 'idle_timeout');
      expect(linkIn(framed)).to.contain('reason=idle_timeout');
      expect(framed.body).to.contain('target="_top"');
      const [ofFrame = ''] = valuesOf(framed.headers, 'content-security-policy');
      const [ofDocument] = valuesOf(pageOf({}, 'revoked').headers, 'content-security-policy');
      expect(ofDocument).to.equal(`${ofFrame}; frame-ancestors 'none'`);
    });

    it('leads nowhere else, whatever the request is', () => {
      const facts = { headers: BROWSER, path: `/a?b="><script>&c='` };
      const reply = pageOf({ facts, policy: { loginUrl: LOGIN } }, 'malformed_credential');
      expect(reply.body).to.not.contain('<script');
      expect(new URL(linkIn(reply) ?? '').searchParams.get('rd')).to.equal(facts.path);
    });
  });

  it('says nowhere that it guesses: a body has the type that the answer names', () => {
    for (const { client, headers } of DENIALS) {
      const reply = buildDeny(judgedOf({ facts: { headers } }), 'idle_timeout');
      const isTyped = reply.body !== '' && client !== 'gRPC';
      expect(valuesOf(reply.headers, 'x-content-type-options'), client).to.deep.equal(
        isTyped ? ['nosniff'] : [],
      );
    }
  });

  it('answers malformed, unknown and invalid with the same bytes, but for the redirect of a person', () => {
    for (const headers of [BROWSER, ...DENIALS.map((each) => each.headers)]) {
      for (const loginUrl of [undefined, LOGIN]) {
        const answers = (['malformed_credential', 'invalid_token', 'unknown_session'] as const).map(
          (reason) => {
            const source = sourceOf({ kind: 'header', name: 'x-session' });
            const admittedSources = [sourceOf({ kind: 'header', name: 'x-session' })];
            const { metadata: _, ...answer } = buildDeny(
              judgedOf({ facts: { headers }, source, admittedSources, policy: { loginUrl } }),
              reason,
            );
            return JSON.stringify(answer);
          },
        );
        const isRedirect = headers === BROWSER && loginUrl !== undefined;
        expect(new Set(answers)).to.have.lengthOf(isRedirect ? 2 : 1);
        if (headers !== BROWSER) expect(answers.join('')).to.not.match(/malformed|unknown/);
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
        expect(challengesOf('revoked', { source })).to.deep.equal([
          'Bearer realm="curfew", error="invalid_token", error_description="The session was ended before its time was up, for example by signing out. Sign in again to continue."',
        ]);
        expect(challengesOf('invalid_token', { source })).to.deep.equal([
          'Bearer realm="curfew", error="invalid_token", error_description="The session of this request is not valid. Sign in again to continue."',
        ]);
      });
    }

    it("is RFC 6750's for an opaque token at a timeout, which no login time is known of", () => {
      expect(challengesOf('idle_timeout', { source: bearer })).to.deep.equal([
        'Bearer realm="curfew", error="invalid_token", error_description="The session ended because there was no activity for too long. Sign in again to continue."',
      ]);
    });

    for (const [reachedLimit, maxAge] of [
      ['idle', 300],
      ['absolute', 28_800],
    ] as const) {
      it(`is RFC 9470's with the seconds of the ${reachedLimit} timeout when a new login is required`, () => {
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

    it('rounds a required age down to whole seconds', () => {
      const policy = { idleTimeoutMs: 1999 };
      expect(
        challengesOf('reauthentication_required', { policy, reachedLimit: 'idle' })[0],
      ).to.match(/max_age="1"$/);
    });

    it('names no error when no credential was sent, and each acceptable scheme once', () => {
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
        'Session realm="curfew", error="ambiguous_credential"',
        'Bearer realm="curfew", error="invalid_token", error_description="This request came with several different sessions, so none of them was used. Delete the cookies of this site, then sign in again."',
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

  it('shows the client nothing of its request, its policy or the inside', () => {
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

describe('the answer to a verdict', () => {
  it('is an allow or a denial, made from the judged request', () => {
    const judged = judgedOf();
    expect(buildReply({ kind: 'allow', reason: 'ok' }, judged).kind).to.equal('allow');
    expect(buildReply({ kind: 'deny', reason: 'revoked' }, judged).kind).to.equal('deny');
    const served = { kind: 'served', reason: 'prefetch_declined' } as const;
    expect(buildReply(served, judged).kind).to.equal('deny');
  });

  it('is an RPC error without a word of the request where there is no verdict', () => {
    const none = { kind: 'none', reason: 'overloaded', message: 'overloaded: ours' } as const;
    expect(noReply({ ...none, grpcStatus: 'RESOURCE_EXHAUSTED' })).to.deep.equal({
      kind: 'none',
      grpcStatus: 'RESOURCE_EXHAUSTED',
      message: 'overloaded: ours',
    });
  });
});
