import { expect } from 'chai';
import { pino } from 'pino';
import { parsePolicyFile } from '../../../../src/policy/parse-policy-file.ts';
import type { PolicySet } from '../../../../src/policy/selection/policy-set.ts';
import { SourceLog } from '../../../../src/telemetry/log/source-log.ts';
import { observation } from '../../../support/requests/check-observation.ts';

type Line = Readonly<Record<string, unknown>>;

const ISSUER = 'https://idp.example.com';

function policySet(cookie = 'sid'): PolicySet {
  const parsed = parsePolicyFile(
    `version: 1
sources:
  - { name: web, cookie: ${cookie}, opening: first-use, credential_lifetime: 30d }
  - { name: api, jwt: { issuer: '${ISSUER}', audience: api, jwks_file: /keys.json, session_claim: sid, per_login: true }, credential_lifetime: 30d }
policies:
  - { name: public, match: [{ path: /public/** }], session: off }
  - { name: pages, match: [{ path: /pages/** }], idle: 1h, absolute: 12h, sources: [web] }
  - { name: default, idle: 1h, absolute: 12h }
`,
    'test.yaml',
  );
  if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed.problems));
  return parsed.policies;
}

describe('source-log', () => {
  let lines: Line[];
  let log: SourceLog;

  beforeEach(() => {
    lines = [];
    log = new SourceLog(
      pino(
        { base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } },
        { write: (text: string) => lines.push(JSON.parse(text) as Line) },
      ),
    );
    log.policiesLoaded(policySet());
  });

  function times(count: number, parts: Parameters<typeof observation>[0]): void {
    for (let check = 0; check < count; check += 1) log.checked(observation(parts));
  }

  const events = (): unknown[] =>
    lines.map(({ event, source }) => `${String(event)} ${String(source)}`);
  const WITHOUT = { verdict: 'deny', reason: 'no_credential' } as const;

  describe('logs a source that is never seen', () => {
    it('once, at the thousandth check without its credential', () => {
      times(999, WITHOUT);
      expect(lines).to.deep.equal([]);
      times(1, WITHOUT);
      expect(events()).to.deep.equal(['source_never_seen web', 'source_never_seen api']);
      expect(lines[0]).to.include({ level: 'warn', place: 'cookie "sid"', checks: 1_000 });
      times(5_000, WITHOUT);
      expect(lines).to.have.lengthOf(2);
    });

    it('also while another source is seen', () => {
      times(1_000, { verdict: 'allow', reason: 'ok', source: 'web' });
      expect(events()).to.deep.equal(['source_never_seen api']);
    });

    it('and not one whose credential has been seen, well-formed or not', () => {
      times(999, WITHOUT);
      times(1, { verdict: 'deny', reason: 'malformed_credential', source: 'web', cause: 'escape' });
      times(1_000, WITHOUT);
      expect(events()).to.deep.equal(['source_never_seen api']);
    });

    it('by the checks of policies that admit it and read sessions', () => {
      times(2_000, { ...WITHOUT, policy: 'public', reason: 'session_off', verdict: 'allow' });
      times(2_000, { ...WITHOUT, reason: 'preflight', verdict: 'allow' });
      times(2_000, { verdict: 'none', reason: 'overloaded' });
      times(2_000, { verdict: 'none', reason: 'internal_error', policy: undefined });
      expect(lines).to.deep.equal([]);
      times(2_000, { ...WITHOUT, policy: 'pages' });
      expect(events()).to.deep.equal(['source_never_seen web']);
    });

    it('again only after its place has changed in the file', () => {
      times(1_000, WITHOUT);
      log.policiesLoaded(policySet());
      times(1_000, WITHOUT);
      expect(lines).to.have.lengthOf(2);
      log.policiesLoaded(policySet('other'));
      times(1_000, WITHOUT);
      expect(events().slice(2)).to.deep.equal(['source_never_seen web']);
    });
  });

  describe('logs a source whose value changes', () => {
    const known = { verdict: 'allow', reason: 'ok', source: 'web' } as const;
    const used = { ...known, outcome: { kind: 'live' } } as const;
    const opened = { ...known, outcome: { kind: 'live', opened: true } } as const;
    const changes = (): unknown[] => lines.filter(({ event }) => event === 'source_changes');

    beforeEach(() => {
      log.checked(observation({ ...known, source: 'api' })); // it has been seen
    });

    it('when nine of ten checks in a thousand open a session', () => {
      times(101, used);
      times(899, opened);
      expect(lines).to.deep.equal([]);
      times(100, used);
      times(899, opened);
      expect(lines).to.deep.equal([]);
      times(1, opened);
      expect(events()).to.deep.equal(['source_changes web']);
      expect(lines[0]).to.include({ level: 'warn', checks: 1_000, openings: 900 });
    });

    it('once, until a thousand checks of which fewer than half open one', () => {
      times(3_000, opened);
      expect(changes()).to.have.lengthOf(1);
      times(550, used);
      times(450, opened);
      times(1_000, opened);
      expect(changes()).to.have.lengthOf(1);
      times(551, used);
      times(449, opened);
      times(1_000, opened);
      expect(changes()).to.have.lengthOf(2);
    });

    it('and not by checks that the store did not answer', () => {
      times(500, opened);
      times(5_000, { verdict: 'none', reason: 'store_unavailable', source: 'web' });
      times(5_000, {
        verdict: 'deny',
        reason: 'unknown_session',
        source: 'web',
        outcome: { kind: 'unknown' },
      });
      times(499, opened);
      expect(lines).to.deep.equal([]);
    });
  });

  it('logs the first token that is refused for its issuer, with the configured one', () => {
    const refused = { verdict: 'deny', reason: 'invalid_token', source: 'api' } as const;
    times(1, { ...refused, cause: 'audience' });
    expect(lines).to.deep.equal([]);
    times(3, { ...refused, cause: 'issuer' });
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.include({
      level: 'info',
      event: 'token_issuer_refused',
      source: 'api',
      issuer: ISSUER,
    });
  });
});
