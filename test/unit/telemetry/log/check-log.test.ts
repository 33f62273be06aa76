import { expect } from 'chai';
import { pino } from 'pino';
import { TokenKeysUnavailable } from '../../../../src/authz/check-faults.ts';
import { faultAnswer } from '../../../../src/authz/fault-answer.ts';
import { StoreUnavailable } from '../../../../src/session/session-store.ts';
import { CheckLog } from '../../../../src/telemetry/log/check-log.ts';
import { errorFields } from '../../../../src/telemetry/log/log.ts';
import { observation } from '../../../support/requests/check-observation.ts';

type Line = Readonly<Record<string, unknown>>;

describe('check-log', () => {
  let lines: Line[];
  let nowMs: number;
  let checkLog: CheckLog;

  beforeEach(() => {
    nowMs = 0;
    open('info');
  });

  function open(level: string): void {
    lines = [];
    const log = pino(
      { level, base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } },
      { write: (text: string) => lines.push(JSON.parse(text) as Line) },
    );
    checkLog = new CheckLog(log, () => nowMs);
  }

  it('writes one line for a denial, with what identifies it', () => {
    checkLog.checked(
      observation({
        verdict: 'deny',
        reason: 'idle_timeout',
        source: 'web',
        tag: 'AAAAAAAAAAAA',
        durationMs: 1.23456,
        headers: { 'x-request-id': '7f0e6a3c-9d1b-4a55-8f6e-2b1c0d9e8f7a', cookie: 'sid=secret' },
        outcome: { kind: 'expired', by: 'idle', effect: 'ended' },
      }),
    );
    expect(lines).to.deep.equal([
      {
        level: 'info',
        event: 'check_denied',
        verdict: 'deny',
        reason: 'idle_timeout',
        policy: 'default',
        mode: 'enforce',
        source: 'web',
        session: 'AAAAAAAAAAAA',
        session_ended: true,
        method: 'GET',
        host: 'app.example.com',
        request_id: '7f0e6a3c-9d1b-4a55-8f6e-2b1c0d9e8f7a',
        duration_ms: 1.235,
        msg: 'denied: idle_timeout',
      },
    ]);
  });

  it('writes nothing for an allow, except at level debug', () => {
    const allow = observation({ verdict: 'allow', reason: 'ok' });
    checkLog.checked(allow);
    expect(lines).to.deep.equal([]);
    open('debug');
    checkLog.checked(allow);
    expect(lines.map(({ event }) => event)).to.deep.equal(['check_allowed']);
  });

  it('logs what an observing policy would have denied', () => {
    checkLog.checked(observation({ verdict: 'allow', reason: 'revoked', mode: 'observe' }));
    expect(lines[0]).to.include({ event: 'check_would_deny', reason: 'revoked', mode: 'observe' });
  });

  for (const reason of ['session_off', 'session_absent', 'preflight'] as const) {
    it(`treats ${reason} as an ordinary allow`, () => {
      checkLog.checked(observation({ verdict: 'allow', reason }));
      expect(lines).to.deep.equal([]);
    });
  }

  it('gives the cause of a missing verdict, and the stack only for a bug', () => {
    const foreseen = [
      new StoreUnavailable('down', 'refused'),
      new TokenKeysUnavailable('the keys of tokens may be out of date'),
    ];
    for (const fault of foreseen) {
      checkLog.checked(observation({ verdict: 'none', reason: faultAnswer(fault).reason, fault }));
    }
    checkLog.checked(
      observation({ verdict: 'none', reason: 'internal_error', fault: new TypeError('bug') }),
    );
    expect(lines[0]).to.include({ level: 'warn', event: 'check_failed', error: 'refused' });
    expect(lines[1]).to.include({ level: 'warn', reason: 'internal_error' });
    for (const line of lines.slice(0, 2)) expect(line).to.not.have.property('error_stack');
    expect(lines[2]).to.include({ level: 'error', error_name: 'TypeError' });
    expect(lines[2]?.['error_stack']).to.match(/check-log\.test/);
  });

  it('has an answer of ours at level debug only: no session is refused', () => {
    const served = observation({ verdict: 'served', reason: 'prefetch_declined' });
    checkLog.checked(served);
    expect(lines).to.deep.equal([]);
    open('debug');
    checkLog.checked(served);
    expect(lines[0]).to.include({ level: 'debug', event: 'check_served', verdict: 'served' });
  });

  it('limits what a client can write into it', () => {
    checkLog.checked(
      observation({
        verdict: 'deny',
        reason: 'no_credential',
        method: 'M'.repeat(10_000),
        host: 'h'.repeat(10_000),
        headers: { 'x-request-id': 'i'.repeat(10_000) },
      }),
    );
    expect(JSON.stringify(lines[0]).length).to.be.below(700);
    expect(lines[0]).to.not.have.property('request_id');
  });

  for (const id of ['a b', 'a\nb', '{"a":1}', 'é', '']) {
    it(`does not repeat a request ID like ${JSON.stringify(id)}`, () => {
      checkLog.checked(
        observation({ verdict: 'deny', reason: 'no_credential', headers: { 'x-request-id': id } }),
      );
      expect(lines[0]).to.not.have.property('request_id');
    });
  }

  it('never writes path, cookie or authorization', () => {
    open('debug');
    for (const verdict of ['allow', 'deny', 'served', 'none'] as const) {
      checkLog.checked(
        observation({
          verdict,
          reason: 'internal_error',
          path: '/reset?token=canary',
          headers: { cookie: 'sid=canary', authorization: 'Bearer canary', 'x-session': 'canary' },
        }),
      );
    }
    expect(lines).to.have.length(4);
    expect(JSON.stringify(lines)).to.not.contain('canary');
  });

  describe('under a flood', () => {
    const denial = observation({ verdict: 'deny', reason: 'malformed_credential' });

    it('writes a burst, then some lines per second, and counts the rest once', () => {
      for (let check = 0; check < 10_000; check += 1) {
        nowMs = check / 10; // one second in all
        checkLog.checked(denial);
      }
      expect(lines.length).to.be.within(100, 121);
      const written = lines.length;
      checkLog.summarize();
      checkLog.summarize();
      expect(lines.slice(written)).to.deep.equal([
        {
          level: 'warn',
          event: 'lines_suppressed',
          suppressed_event: 'check_denied',
          total: 10_000 - written,
          by_reason: { malformed_credential: 10_000 - written },
          msg: `${10_000 - written} more check_denied lines were left out`,
        },
      ]);
    });

    it('still writes lines of another kind', () => {
      for (let check = 0; check < 1_000; check += 1) checkLog.checked(denial);
      checkLog.checked(observation({ verdict: 'none', reason: 'store_unavailable' }));
      expect(lines.at(-1)).to.include({ event: 'check_failed' });
    });

    it('writes again after a pause', () => {
      for (let check = 0; check < 1_000; check += 1) checkLog.checked(denial);
      const written = lines.length;
      nowMs += 1_000;
      checkLog.checked(denial);
      expect(lines).to.have.length(written + 1);
    });
  });
});

describe('error fields', () => {
  it('leave out what clients attach to their errors', () => {
    const error = Object.assign(new Error('WRONGTYPE'), {
      code: 'ERR_X',
      command: { name: 'evalsha', args: ['canary'] },
      cause: new Error('canary'),
    });
    expect(errorFields(error, { stack: true })).to.include({
      error: 'WRONGTYPE',
      error_code: 'ERR_X',
    });
    expect(JSON.stringify(errorFields(error, { stack: true }))).to.not.contain('canary');
  });

  it('say so of a value that is not an error', () => {
    expect(errorFields('canary')).to.deep.equal({ error: 'the thrown value is not an error' });
  });

  it('are limited in length', () => {
    const size = JSON.stringify(
      errorFields(new Error('x'.repeat(100_000)), { stack: true }),
    ).length;
    expect(size).to.be.below(6_000);
  });
});
