import { expect } from 'chai';
import { createCheckClient, curfewMetadata } from '../../support/requests/check-request.ts';
import type { CheckClient } from '../../support/requests/check-request.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { eventually } from '../../support/time/eventually.ts';
import { freePort } from '../../support/network/free-port.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';

const named = (policy: string) => `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: ${policy}, idle: 1h, absolute: 12h }
`;

/** The policy of this name applies if the header of the same name is read. Every check sends it. */
const byHeader = (header: string) => `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: ${header}, match: [{ header: { name: ${header}, trusted: true } }], idle: 1h, absolute: 12h }
  - { name: unseen, idle: 1h, absolute: 12h }
`;

/** On an idle machine it is a second. Starting a thread takes longer on a busy one. */
const SWAP_MAX_MS = 10_000;

describe('reload', function () {
  this.timeout(60_000);
  let policies: PolicyFile;
  let curfew: Curfew;
  let client: CheckClient;

  before(async () => {
    policies = await writePolicyFile(named('first'));
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    curfew = await startCurfew({ policyPath: policies.path, grpcPort, opsPort });
    client = createCheckClient(`127.0.0.1:${grpcPort}`);
  });

  after(async () => {
    client.close();
    await curfew.stop();
    await policies.remove();
  });

  const selectedPolicy = async (): Promise<unknown> => {
    const headers = { cookie: 'sid=0123456789abcdef', 'x-odd': '1', 'x-even': '1' };
    const { response } = await client.check({ headers });
    return curfewMetadata(response)['policy'];
  };
  const metric = async (name: string): Promise<string | undefined> =>
    new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(await curfew.metrics())?.[1];

  /** Asks until a policy is selected, and adds every one that is selected meanwhile. */
  const checkUntil = async (policy: string, seen: Set<unknown>): Promise<void> => {
    const giveUpAtMs = performance.now() + SWAP_MAX_MS;
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- one check after the other
      const selected = await selectedPolicy();
      seen.add(selected);
      if (selected === policy) return;
      if (performance.now() > giveUpAtMs) throw new Error(`${policy} was not selected`);
    }
  };

  it('applies a changed file, and shows its hash', async () => {
    const before = /curfew_config_info\{hash="(\w+)"\} 1/.exec(await curfew.metrics())?.[1];
    await policies.replace(named('second'));
    await eventually(
      'the second policy',
      async () => (await selectedPolicy()) === 'second',
      SWAP_MAX_MS,
    );
    const after = [...(await curfew.metrics()).matchAll(/curfew_config_info\{hash="(\w+)"\} 1/g)];
    expect(after).to.have.length(1);
    expect(after[0]?.[1]).to.not.equal(before);
  });

  it('keeps the last good file, turns the metric red and says where the mistake is', async () => {
    await policies.replace(named('third').replace('1h', '1 hour'));
    await eventually(
      'red',
      async () => (await metric('curfew_config_last_reload_successful')) === '0',
    );
    expect(await selectedPolicy()).to.equal('second');
    expect(await curfew.isReady()).to.equal(true);
    expect(curfew.log()).to.match(
      /"level":"error".*"event":"policies_rejected".*"problems":\["[^"]*curfew\.yaml:5:\d+: /,
    );
    await policies.replace(named('third'));
    await eventually(
      'green',
      async () => (await metric('curfew_config_last_reload_successful')) === '1',
    );
    expect(await selectedPolicy()).to.equal('third');
  });

  it('gives every check one whole version while the file keeps changing', async () => {
    const seen = new Set<unknown>();
    for (let round = 0; round < 4; round += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await policies.replace(round % 2 === 0 ? named('odd') : named('even'));
      // oxlint-disable-next-line no-await-in-loop -- one check after the other, across the swap
      await checkUntil(round % 2 === 0 ? 'odd' : 'even', seen);
    }
    expect(
      [...seen].filter((name) => !['third', 'odd', 'even'].includes(String(name))),
    ).to.deep.equal([]);
    expect(seen.size).to.be.greaterThan(1);
  });

  it('gives every check the headers that its version names', async () => {
    await policies.replace(byHeader('x-even'));
    await eventually('the header', async () => (await selectedPolicy()) === 'x-even');
    const seen = new Set<unknown>();
    for (let round = 0; round < 4; round += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await policies.replace(byHeader(round % 2 === 0 ? 'x-odd' : 'x-even'));
      // oxlint-disable-next-line no-await-in-loop -- one check after the other, across the swap
      await checkUntil(round % 2 === 0 ? 'x-odd' : 'x-even', seen);
    }
    expect(seen).to.deep.equal(new Set(['x-even', 'x-odd']));
  });

  it('reads the file again on SIGHUP, and keeps running', async () => {
    curfew.signal('SIGHUP');
    expect(await selectedPolicy()).to.not.equal(undefined);
    expect(await curfew.isReady()).to.equal(true);
  });
});
