import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compose } from '../../../src/app/compose.ts';
import { parseProcessConfig } from '../../../src/settings/parse-process-config.ts';
import { httpCall } from '../../support/clients/http-call.ts';
import { writeKeyFile } from '../../support/files/key-file.ts';
import type { KeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { GUARDED_PASSWORD } from '../../support/store/store-world.ts';
import { WRONG_CLUSTERS } from '../../support/store/wrong-clusters.ts';
import { WRONG_SENTINELS } from '../../support/store/wrong-sentinels.ts';
import { WRONG_STORES } from '../../support/store/wrong-stores.ts';
import type { WrongStore } from '../../support/store/wrong-stores.ts';
import { eventually } from '../../support/time/eventually.ts';
import { recordedShell } from '../../unit/app/recorded-shell.ts';
import type { LogLine } from '../../unit/app/recorded-shell.ts';

const POLICY = `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: default, idle: 1h, absolute: 12h }
`;

const ALL = [...WRONG_STORES, ...WRONG_SENTINELS, ...WRONG_CLUSTERS];

const LEARNT_MAX_MS = 20_000;
/** Time for a few more attempts, which must add no line. */
const MORE_ATTEMPTS_MS = 700;
const WARN = 40;

/** What one process has said about its store until it was stopped in an orderly way. */
interface Learnt {
  readonly said: string;
  readonly lines: readonly LogLine[];
}

describe('what a user learns of a wrong store', function () {
  this.timeout(60_000);
  let folder: string;
  let policies: PolicyFile;
  let keys: KeyFile;
  /** What libraries wrote past the log. */
  let written: string[];
  const { warn } = console;

  before(async function () {
    await redisServerOrSkip(this);
    folder = await mkdtemp(join(tmpdir(), 'curfew-wrong-'));
    await writeFile(join(folder, 'password'), `${GUARDED_PASSWORD}\n`);
    policies = await writePolicyFile(POLICY);
    keys = await writeKeyFile();
  });
  beforeEach(() => {
    written = [];
    console.warn = (...words: unknown[]) => void written.push(words.join(' '));
  });
  afterEach(() => {
    console.warn = warn;
  });
  after(async () => {
    await Promise.all([policies.remove(), keys.remove(), rm(folder, { recursive: true })]);
  });

  async function learn(wrong: WrongStore): Promise<Learnt> {
    const store = await wrong.open();
    const { config } = parseProcessConfig(
      {
        config: policies.path,
        keyFile: keys.path,
        store: store.url,
        grpcAddress: '127.0.0.1:0',
        opsAddress: '127.0.0.1:0',
        // So long that no answer is late on a busy machine.
        decisionBudget: '5s',
        ...(wrong.asCurfew === true && { redisPasswordFile: join(folder, 'password') }),
      },
      {},
    );
    const shell = recordedShell();
    let gaveUp = '';
    try {
      const giveUp = (why: string): void => void (gaveUp = why);
      const { opsAddress } = await compose(config, { ...shell, giveUp });
      const port = Number(opsAddress.split(':')[1]);
      const said = await eventually(
        `what it says: ${String(wrong.says)}`,
        async () => (gaveUp === '' ? says(port, wrong) : gaveUp),
        LEARNT_MAX_MS,
      );
      if (gaveUp === '') await sleep(MORE_ATTEMPTS_MS);
      return { said, lines: shell.lines };
    } finally {
      await shell.lifecycle.close();
      await store.close();
    }
  }

  for (const wrong of ALL) {
    it(`${wrong.what}: ${String(wrong.says)}`, async () => {
      const { said, lines } = await learn(wrong);
      if (wrong.says === 'ready') expect(said).to.equal('ready');
      else expect(said).to.match(wrong.says);
      expect(written).to.deep.equal([]);
      // The sweeper begins at a time of its own, and tells its first failure.
      const told = lines.filter(({ level, event }) => level >= WARN && event !== 'sweep_failed');
      expect(told.map(({ event }) => event)).to.deep.equal(wrong.events);
      const events = lines.map(({ event }) => event);
      expect(events).to.not.include('sweep_recovered');
      const answered = events.filter((event) => event === 'store_answered');
      expect(answered).to.have.length(wrong.says === 'ready' ? 1 : 0);
      const text = JSON.stringify(lines);
      expect(text).to.not.contain(GUARDED_PASSWORD);
      if (wrong.line !== undefined) expect(text).to.match(wrong.line);
    });
  }
});

describe('the runbook', () => {
  it('has an entry for each of these stores', async () => {
    const runbook = join(import.meta.dirname, '..', '..', '..', 'deploy', 'runbook.md');
    const list = (await readFile(runbook, 'utf8')).matchAll(/^- \*\*(.*?)\*\*:/gm);
    const rows = [...list].map(([, what]) => what);
    expect(rows).to.include.members(ALL.map(({ what }) => what));
  });
});

/** What `/readyz` says of the store, once it is what is expected. */
async function says(opsPort: number, wrong: WrongStore): Promise<string | false> {
  const { status, body } = await httpCall(opsPort, '/readyz');
  const { store = '' } = (JSON.parse(body) as { conditions: Record<string, string> }).conditions;
  if (wrong.says === 'ready') return status === 200 && 'ready';
  return wrong.says.test(store) && store;
}
