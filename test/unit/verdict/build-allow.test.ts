import { expect } from 'chai';
import { buildAllow } from '../../../src/verdict/build-allow.ts';
import { REASON_NAMES } from '../../../src/verdict/reason.ts';
import { clocksOf, judgedOf, valuesOf } from '../../support/requests/judged-request.ts';

const CUT = 'x-envoy-upstream-stream-duration-ms';
const OURS = [CUT, 'session-lifetime'];
const TWINS = ['x_envoy_upstream_stream_duration_ms', 'session_lifetime'];

describe('buildAllow', () => {
  it('gives the application the remaining time, in whole seconds rounded down', () => {
    const clocks = clocksOf();
    const reply = buildAllow(
      judgedOf({ clocks: { ...clocks, lastActivityAtMs: clocks.nowMs - 60_001 } }),
      'ok',
    );
    expect(valuesOf(reply.requestHeaders, 'session-lifetime')).to.deep.equal([
      'idle=239, absolute=25200',
    ]);
  });

  it('leaves out a timeout that is off', () => {
    const idleOnly = buildAllow(judgedOf({ policy: { absoluteTimeoutMs: undefined } }), 'ok');
    expect(valuesOf(idleOnly.requestHeaders, 'session-lifetime')).to.deep.equal(['idle=240']);
    const absoluteOnly = buildAllow(judgedOf({ policy: { idleTimeoutMs: undefined } }), 'ok');
    expect(valuesOf(absoluteOnly.requestHeaders, 'session-lifetime')).to.deep.equal([
      'absolute=25200',
    ]);
  });

  it('removes both headers when no timeout is on', () => {
    const policy = { idleTimeoutMs: undefined, absoluteTimeoutMs: undefined, exposeLifetime: true };
    const reply = buildAllow(judgedOf({ policy }), 'ok');
    expect(reply.requestHeaders).to.deep.equal([]);
    expect(reply.responseHeaders).to.deep.equal([]);
    expect(reply.requestHeadersToRemove).to.include.members(OURS);
  });

  it('sets both headers and removes their underscore twins for a live session', () => {
    const reply = buildAllow(judgedOf(), 'ok');
    expect(reply.requestHeaders.map(([name]) => name)).to.have.members(OURS);
    expect(reply.requestHeadersToRemove).to.have.members(TWINS);
  });

  it('removes other twins that the request carries, and no similar names', () => {
    const headers = {
      'session-lifetime': 'idle=9',
      'x_envoy-upstream_stream-duration_ms': '1',
      'session.lifetime': 'idle=9',
      'session-lifetimes': '1',
      'x-session-lifetime': '1',
      'session lifetime': '1',
    };
    const reply = buildAllow(judgedOf({ facts: { headers } }), 'ok');
    expect(reply.requestHeadersToRemove).to.have.members([
      ...TWINS,
      'x_envoy-upstream_stream-duration_ms',
      'session.lifetime',
    ]);
  });

  for (const reason of REASON_NAMES.filter((other) => other !== 'ok')) {
    it(`sets nothing of ours on an allow for ${reason}, and removes a client's copies`, () => {
      const policy = { mode: 'observe', exposeLifetime: true, streamMaxMs: 1000 } as const;
      const reply = buildAllow(judgedOf({ policy }), reason);
      expect(reply.requestHeaders).to.deep.equal([]);
      expect(reply.responseHeaders).to.deep.equal([]);
      expect(reply.requestHeadersToRemove).to.have.members([...OURS, ...TWINS]);
      expect(reply.metadata).to.include({ verdict: 'allow', reason, mode: 'observe' });
    });
  }

  for (const reason of ['session_off', 'preflight', 'session_absent'] as const) {
    it(`cuts no stream for ${reason}, even when enforcing`, () => {
      const headers = { upgrade: 'websocket' };
      const reply = buildAllow(
        judgedOf({ facts: { headers }, policy: { streamMaxMs: 1000 } }),
        reason,
      );
      expect(reply.requestHeaders).to.deep.equal([]);
      expect(reply.requestHeadersToRemove).to.include.members(OURS);
    });
  }

  it('never cuts when it only observes, but gives the remaining time', () => {
    const headers = { upgrade: 'websocket' };
    const policy = { mode: 'observe', streamMaxMs: 1000 } as const;
    const reply = buildAllow(judgedOf({ facts: { headers }, policy }), 'ok');
    expect(reply.requestHeaders).to.deep.equal([['session-lifetime', 'idle=240, absolute=25200']]);
    expect(reply.requestHeadersToRemove).to.include(CUT);
  });

  it('removes the header when the stream cut is off', () => {
    const reply = buildAllow(judgedOf({ policy: { streamCut: false, streamMaxMs: 1000 } }), 'ok');
    expect(reply.requestHeaders.map(([name]) => name)).to.deep.equal(['session-lifetime']);
    expect(reply.requestHeadersToRemove).to.include(CUT);
  });

  it('uses the configured name of the stream cut header', () => {
    const settings = { streamCutHeader: 'x-acme-upstream-stream-duration-ms', realm: 'curfew' };
    const reply = buildAllow(judgedOf({ settings }), 'ok');
    expect(valuesOf(reply.requestHeaders, settings.streamCutHeader)).to.have.lengthOf(1);
    expect(valuesOf(reply.requestHeaders, CUT)).to.have.lengthOf(0);
    const sessionless = buildAllow(judgedOf({ settings }), 'session_off');
    expect(sessionless.requestHeadersToRemove).to.include(settings.streamCutHeader);
  });

  it('exposes the lifetime to the client only where the policy says so, and keeps it out of caches', () => {
    expect(buildAllow(judgedOf(), 'ok').responseHeaders).to.deep.equal([]);
    expect(
      buildAllow(judgedOf({ policy: { exposeLifetime: true } }), 'ok').responseHeaders,
    ).to.deep.equal([
      ['session-lifetime', 'idle=240, absolute=25200'],
      ['cache-control', 'no-store'],
    ]);
  });

  it('lets the pages of listed origins read the lifetime that is exposed', () => {
    const seenBy = (origin: string, exposeLifetime = true): readonly string[] => {
      const policy = { exposeLifetime, corsOrigins: new Set(['https://shop.test']) };
      const { responseHeaders } = buildAllow(
        judgedOf({ facts: { headers: { origin } }, policy }),
        'ok',
      );
      return valuesOf(responseHeaders, 'access-control-expose-headers');
    };
    expect(seenBy('https://shop.test')).to.deep.equal(['session-lifetime']);
    expect(seenBy('https://evil.test')).to.deep.equal([]);
    expect(seenBy('https://shop.test', false)).to.deep.equal([]);
  });

  it('cuts a stream that was opened passively at the idle deadline, whatever stream_max is', () => {
    const facts = { headers: { accept: 'text/event-stream' } };
    const cutOf = (passive: boolean): readonly string[] => {
      const policy = { streamMaxMs: 600_000 };
      return valuesOf(buildAllow(judgedOf({ facts, passive, policy }), 'ok').requestHeaders, CUT);
    };
    expect(cutOf(true)).to.deep.equal(['240000']);
    expect(cutOf(false)).to.deep.equal(['600000']);
  });

  it('removes credentials that were not judged', () => {
    const strip = { set: [['cookie', 'theme=dark']] as const, remove: ['authorization'] };
    const reply = buildAllow(judgedOf({ strip }), 'session_absent');
    expect(reply.requestHeaders).to.deep.equal([['cookie', 'theme=dark']]);
    expect(reply.requestHeadersToRemove).to.include('authorization');
  });

  it('never sets and removes the same name, because Envoy would remove it', () => {
    const strip = {
      set: [['cookie', 'a=1']] as const,
      remove: ['cookie', 'session-lifetime', CUT, 'Cookie'],
    };
    const reply = buildAllow(judgedOf({ strip }), 'ok');
    expect(reply.requestHeaders.map(([name]) => name)).to.have.members(['cookie', ...OURS]);
    expect(reply.requestHeadersToRemove).to.have.members(TWINS);
  });

  it('removes a credential header whose configured name has capitals', () => {
    const reply = buildAllow(judgedOf({ strip: { set: [], remove: ['X-Session'] } }), 'ok');
    expect(reply.requestHeadersToRemove).to.include('x-session');
  });

  it('percent-encodes the bytes of another cookie when the rest of the line stays', () => {
    const strip = { set: [['cookie', 'city=Z\u00c3\u00bcrich']] as const, remove: [] };
    const raw = buildAllow(judgedOf({ strip, facts: { linesJoined: false } }), 'session_absent');
    expect(raw.requestHeaders).to.deep.equal([['cookie', 'city=Z%C3%BCrich']]);
    const text = { set: [['cookie', 'city=Z\u00fcrich']] as const, remove: [] };
    const joined = buildAllow(
      judgedOf({ strip: text, facts: { linesJoined: true } }),
      'session_absent',
    );
    expect(joined.requestHeaders).to.deep.equal([['cookie', 'city=Z%C3%BCrich']]);
  });

  it('describes itself for the access log without anything that the client sent', () => {
    const reply = buildAllow(
      judgedOf({ facts: { headers: { cookie: '__Host-sid=CANARY' } } }),
      'ok',
    );
    expect(reply.metadata).to.deep.equal({
      verdict: 'allow',
      reason: 'ok',
      policy: 'payments',
      mode: 'enforce',
      source: 'web',
      session: 'tag-1234',
      idle_remaining_s: 240,
      absolute_remaining_s: 25200,
    });
    expect(JSON.stringify(reply)).to.not.contain('CANARY');
  });
});
