import { expect } from 'chai';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import type { PolicyVersion } from '../../../src/policy/policy-version.ts';
import { TransportOverloaded } from '../../../src/transport/transport-fault.ts';
import { adminCall } from '../../support/requests/admin-call.ts';
import { observation } from '../../support/requests/check-observation.ts';
import { keyOf } from '../../support/store/store-requests.ts';
import { recordedShell } from '../app/recorded-shell.ts';
import type { RecordedShell } from '../app/recorded-shell.ts';

const POLICY_FILE = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: new, match: [{ path: /new/** }], idle: 1h, absolute: 12h, mode: observe }
  - { name: default, idle: 1h, absolute: 12h }
`;

function versionOf(text: string, warnings: PolicyVersion['warnings'] = []): PolicyVersion {
  const parsed = parsePolicyFile(text, 'curfew.yaml');
  if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed.problems));
  return { policies: parsed.policies, hash: 'abc', warnings };
}

const problems = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    file: 'curfew.yaml',
    line: index + 1,
    column: 3,
    message: 'is wrong',
    hint: index === 0 ? 'make it right' : undefined,
  }));

describe('Telemetry', () => {
  let shell: RecordedShell;

  beforeEach(() => {
    shell = recordedShell();
  });

  const exposed = async () => (await shell.telemetry.exposition()).text;

  it('sends a check to the metrics and the log', async () => {
    const { telemetry } = shell;
    telemetry.policyFile('curfew.yaml').accepted(versionOf(POLICY_FILE));
    telemetry.checks.checked(observation({ verdict: 'deny', reason: 'idle_timeout' }));
    expect(shell.events()).to.include('check_denied');
    expect(await exposed()).to.contain(
      'curfew_checks_total{verdict="deny",reason="idle_timeout",policy="default",mode="enforce"} 1',
    );
  });

  it('counts the lines about checks that it left out, when it is asked to', () => {
    const { telemetry } = shell;
    for (let count = 0; count < 200; count += 1) {
      telemetry.checks.checked(observation({ verdict: 'deny', reason: 'idle_timeout' }));
    }
    telemetry.summarize();
    const [summary] = shell.lines.filter(({ event }) => event === 'lines_suppressed');
    expect(summary?.['total']).to.be.within(1, 100);
  });

  it('counts and logs what the transport refused', async () => {
    shell.telemetry.transportFault(new TransportOverloaded(4_096));
    expect(shell.events()).to.deep.equal(['call_failed']);
    expect(await exposed()).to.match(/^curfew_checks_total\{.*reason="overloaded".*\} 1$/m);
  });

  it('counts and logs each session that was opened or ended, and what it left out', async () => {
    const { telemetry } = shell;
    telemetry.policyFile('curfew.yaml').accepted(versionOf(POLICY_FILE));
    const session = { session: keyOf('one'), source: 'web', policy: 'default' };
    telemetry.store.wrote({ kind: 'opened', by: 'first-use', ...session }, undefined);
    for (let count = 0; count < 200; count += 1) {
      telemetry.store.wrote({ kind: 'ended', by: 'idle', ...session }, undefined);
    }
    telemetry.summarize();
    expect(await exposed())
      .to.contain('curfew_sessions_opened_total{source="web"} 1')
      .and.contain('curfew_sessions_ended_total{reason="idle_timeout",policy="default"} 200');
    expect(shell.events())
      .to.include('session_opened')
      .and.include('session_ended')
      .and.include('lines_suppressed');
  });

  it('counts and logs a call of administration, and what became of the tokens file', async () => {
    const { admin } = shell.telemetry;
    admin.called(adminCall());
    admin.tokensRejected(['line 1: is wrong']);
    expect(shell.events()).to.deep.equal(['admin_call', 'admin_tokens_rejected']);
    expect(await exposed()).to.contain(
      'curfew_admin_requests_total{call="end_sessions",role="operator",result="ok"} 1',
    );
    expect(await shell.sample('curfew_admin_tokens_last_reload_successful')).to.equal('0');
    admin.tokensRestored();
    expect(await shell.sample('curfew_admin_tokens_last_reload_successful')).to.equal('1');
  });

  it('sends events of the store to the metrics and the log', async () => {
    const { store } = shell.telemetry;
    store.up(true);
    store.desync();
    store.primaryChanged('one', 'other');
    store.lost({ partitions: 3, noticedAtMs: 5_000, keptUntilMs: 4_000 });
    store.marksSeen({ unmarked: 1, refusing: 3 });
    store.marksSeen({ unmarked: 0, refusing: 2 });
    expect(await shell.sample('curfew_store_fenced_partitions')).to.equal('2');
    store.marksSeen({ unmarked: 0, refusing: 0 });
    store.writtenAgain(7);
    store.confirmFailed(new Error('why'));
    store.sentinels({ known: 3, down: 1, why: 'a:1: why' });
    expect(await shell.sample('curfew_store_sentinels{state="down"}')).to.equal('1');
    store.sentinels({ known: 3, down: 0, why: '' });
    expect(await shell.sample('curfew_store_sentinels{state="known"}')).to.equal('3');
    const events = [
      'store_up',
      'store_desync',
      'store_primary_changed',
      'store_lost',
      'store_fenced',
      'store_unfenced',
      'store_written_again',
      'store_confirm_failed',
      'sentinels_troubled',
      'sentinels_agree',
    ];
    expect(shell.events()).to.deep.equal(events);
    expect(await shell.sample('curfew_store_up')).to.equal('1');
    expect(await shell.sample('curfew_store_desyncs_total')).to.equal('1');
    expect(await shell.sample('curfew_store_primary_changes_total')).to.equal('1');
    expect(await shell.sample('curfew_store_lost_total')).to.equal('3');
    expect(await shell.sample('curfew_store_fenced_partitions')).to.equal('0');
    const lost = shell.lines.find(({ event }) => event === 'store_lost');
    expect(lost).to.include({
      partitions: 3,
      since: '1970-01-01T00:00:04.000Z',
      noticed_at: '1970-01-01T00:00:05.000Z',
    });
  });

  it('logs why it is not ready, condition by condition', async () => {
    shell.telemetry.readiness({
      ready: false,
      conditions: {
        config: { isMet: true },
        store: { isMet: false, why: 'no answer' },
        keys: { isMet: false, why: 'not compared' },
        running: { isMet: true },
      },
    });
    expect(shell.lines[0]).to.include({ event: 'not_ready' });
    expect(shell.lines[0]?.['why']).to.deep.equal({ store: 'no answer', keys: 'not compared' });
    expect(await shell.sample('curfew_ready')).to.equal('0');
  });

  it('says which policies of a file only observe, and repeats its warnings', () => {
    const [warning] = problems(1);
    if (warning === undefined) throw new Error('no warning');
    shell.telemetry.policyFile('curfew.yaml').accepted(versionOf(POLICY_FILE, [warning]));
    const [loaded, warned] = shell.lines;
    expect(loaded?.['policies']).to.deep.equal(['new (observe)', 'default']);
    expect(warned).to.include({ event: 'policies_warned' });
    expect(warned?.['warnings']).to.deep.equal(['curfew.yaml:1:3: is wrong (make it right)']);
  });

  it('logs a limited number of the problems of a file, and how many there are', () => {
    shell.telemetry.policyFile('curfew.yaml').rejected({ kind: 'invalid', problems: problems(30) });
    expect(shell.lines[0]?.['problems']).to.have.length(20);
    expect(shell.lines[0]).to.include({ problem_count: 30, policy_file: 'curfew.yaml' });
  });

  it('says whether the keys of a token issuer are new, unreadable or useless', () => {
    const { tokens } = shell.telemetry;
    tokens.keysLoaded({ origin: 'jwks.json', keys: 2, ignored: 1 });
    tokens.keysLoaded({ origin: 'jwks.json', keys: 0, ignored: 3 });
    tokens.keysUnreadable({ origin: 'jwks.json', why: 'gone', kept: true });
    tokens.keysUnreadable({ origin: 'jwks.json', why: 'gone', kept: false });
    expect(shell.lines.map(({ level, event }) => [level, event])).to.deep.equal([
      [30, 'token_keys_loaded'],
      [50, 'token_keys_loaded'],
      [50, 'token_keys_unreadable'],
      [50, 'token_keys_unreadable'],
    ]);
    expect(shell.lines[2]?.['msg']).to.contain('the last good ones stay in use');
    expect(shell.lines[3]?.['msg']).to.contain('its tokens get no verdict');
  });
});
