import { expect } from 'chai';
import { pino } from 'pino';
import { tagOf } from '../../../../src/session/session-key.ts';
import { SessionLog } from '../../../../src/telemetry/log/session-log.ts';
import { observation } from '../../../support/requests/check-observation.ts';
import { keyOf, subjectOf } from '../../../support/store/store-requests.ts';

type Line = Readonly<Record<string, unknown>>;

const session = keyOf('one');
const opened = { kind: 'opened', by: 'first-use', session, source: 'web', policy: 'app' } as const;
const swept = { kind: 'ended', by: 'idle', session, source: 'web', policy: 'app' } as const;
const revoked = { ...swept, by: 'revoked', policy: undefined } as const;

describe('session-log', () => {
  let lines: Line[];
  let nowMs: number;
  let sessionLog: SessionLog;

  beforeEach(() => {
    nowMs = 0;
    lines = [];
    const log = pino(
      { base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } },
      { write: (text: string) => lines.push(JSON.parse(text) as Line) },
    );
    sessionLog = new SessionLog(log, () => nowMs);
  });

  it('writes one line for an opening, with its request', () => {
    const { facts } = observation({
      verdict: 'allow',
      reason: 'ok',
      path: '/?token=canary',
      headers: { 'x-request-id': 'id-1', cookie: 'sid=canary' },
    });
    sessionLog.wrote(opened, { facts, trace: { traceId: 'ab' } });
    expect(lines).to.deep.equal([
      {
        level: 'info',
        event: 'session_opened',
        by: 'first-use',
        policy: 'app',
        source: 'web',
        session: tagOf(session),
        method: 'GET',
        host: 'app.example.com',
        request_id: 'id-1',
        trace_id: 'ab',
        msg: 'session opened: first-use',
      },
    ]);
  });

  it('names no policy for a session that a login service registers', () => {
    sessionLog.wrote({ ...opened, by: 'registered', policy: '' }, undefined);
    expect(lines[0])
      .to.include({ by: 'registered', source: 'web' })
      .and.not.have.property('policy');
  });

  it('writes one line for an end, without a request, too', () => {
    sessionLog.wrote(swept, undefined);
    sessionLog.wrote({ ...revoked, subject: subjectOf('ada') }, {});
    const line = { level: 'info', event: 'session_ended', source: 'web', session: tagOf(session) };
    expect(lines).to.deep.equal([
      { ...line, by: 'idle', policy: 'app', msg: 'session ended: idle' },
      {
        ...line,
        by: 'revoked',
        subject: subjectOf('ada').slice(0, 12),
        msg: 'session ended: revoked',
      },
    ]);
  });

  it('writes a burst of each kind, and counts the rest by the way of opening or ending', () => {
    for (let count = 0; count < 300; count += 1) {
      sessionLog.wrote(swept, undefined);
      sessionLog.wrote(opened, undefined);
    }
    expect(lines).to.have.length(200);
    sessionLog.summarize();
    sessionLog.summarize();
    const suppressed = { level: 'warn', event: 'lines_suppressed', total: 200 };
    expect(lines.slice(200)).to.deep.equal([
      {
        ...suppressed,
        suppressed_event: 'session_opened',
        by_reason: { 'first-use': 200 },
        msg: '200 more session_opened lines were left out',
      },
      {
        ...suppressed,
        suppressed_event: 'session_ended',
        by_reason: { idle: 200 },
        msg: '200 more session_ended lines were left out',
      },
    ]);
    nowMs = 1_000;
    sessionLog.wrote(revoked, undefined);
    expect(lines.at(-1)).to.include({ event: 'session_ended', by: 'revoked' });
  });
});
