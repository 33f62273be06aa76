import { expect } from 'chai';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { KeySettlement } from '../../../../src/keys/key-observer.ts';
import { KeyLog } from '../../../../src/telemetry/log/key-log.ts';
import { KeyMetrics } from '../../../../src/telemetry/metrics/key-metrics.ts';

const ONE: KeySettlement['uses'] = [{ fingerprint: 'one', use: 'writes' }];
const TWO_FIRST: KeySettlement['uses'] = [
  { fingerprint: 'two', use: 'writes' },
  { fingerprint: 'one', use: 'reads' },
];

interface Line {
  readonly event: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

describe('KeyLog', () => {
  let lines: Line[];
  let registry: Registry;
  let keys: KeyLog;

  beforeEach(() => {
    lines = [];
    registry = new Registry();
    const log = pino({ base: null }, { write: (line) => lines.push(JSON.parse(line) as Line) });
    keys = new KeyLog(log, new KeyMetrics(registry));
  });

  const settled = (part: Partial<KeySettlement> = {}) =>
    keys.settled({ uses: ONE, waiting: undefined, lost: [], ...part });
  const events = () => lines.splice(0).map(({ event }) => event);
  const metric = async (name: string) =>
    new RegExp(`^${name} (\\S+)$`, 'm').exec(await registry.metrics())?.[1];

  it('names the key for writing once, and again when it changes', async () => {
    settled();
    settled();
    expect(events()).to.deep.equal(['keys_written']);
    settled({ uses: TWO_FIRST });
    expect(lines[0]).to.include({ event: 'keys_written', key: 'two' });
    const text = await registry.metrics();
    expect(text).to.contain('curfew_key_info{fingerprint="two",use="writes"} 1');
    expect(text).to.contain('curfew_key_info{fingerprint="one",use="reads"} 1');
    expect(await metric('curfew_key_file_keys')).to.equal('2');
  });

  it('says once that a key is missing, with the way out, and once that it no longer is', async () => {
    settled();
    events();
    keys.missing('two');
    keys.missing('two');
    expect(await metric('curfew_replica_keys_disagree')).to.equal('1');
    expect(lines[0]?.['remedy']).to.contain('HDEL curfew:1:replicas key:two');
    expect(lines[0]?.msg).to.contain('the key two, which is missing');
    expect(events()).to.deep.equal(['keys_disagree']);
    settled();
    settled();
    expect(await metric('curfew_replica_keys_disagree')).to.equal('0');
    expect(events()).to.deep.equal(['keys_agree']);
  });

  it('says once that a key waits, however many replicas it waits for', () => {
    settled();
    events();
    settled({ waiting: { fingerprint: 'two', replicas: 2 } });
    expect(lines[0]).to.include({ event: 'key_waits', key: 'two', replicas: 2 });
    settled({ waiting: { fingerprint: 'two', replicas: 1 } });
    expect(events()).to.deep.equal(['key_waits']);
    settled();
    settled({ waiting: { fingerprint: 'two', replicas: 1 } });
    expect(events()).to.deep.equal(['key_waits']);
  });

  it('turns the metric of the file red while a key is lost that still matters', async () => {
    settled({ lost: ['zero'] });
    settled({ lost: ['zero'] });
    expect(events()).to.deep.equal(['keys_written', 'key_dropped_early']);
    expect(await metric('curfew_key_file_last_reload_successful')).to.equal('0');
    settled();
    expect(events()).to.deep.equal(['keys_whole']);
    expect(await metric('curfew_key_file_last_reload_successful')).to.equal('1');
  });

  it('keeps the metric red when the file is good again but a key is still lost', async () => {
    keys.fileRejected('/keys', 'it is empty');
    settled({ lost: ['zero'] });
    keys.fileRestored('/keys');
    expect(await metric('curfew_key_file_last_reload_successful')).to.equal('0');
  });
});
