import { expect } from 'chai';
import { createCheckClient, curfewMetadata } from '../support/check-request.ts';
import type { CheckClient } from '../support/check-request.ts';
import { startCurfew } from '../support/curfew.ts';
import type { Curfew } from '../support/curfew.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { writePolicyFile } from '../support/policy-file.ts';
import type { PolicyFile } from '../support/policy-file.ts';

const named = (policy: string) => `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: ${policy}, idle: 1h, absolute: 12h }
`;

/** Judged by the policy of this name when the header of the same name is seen, which every check sends. */
const byHeader = (header: string) => `version: 1
sources:
  - { name: web, cookie: sid, opening: first-use, credential_lifetime: 30d }
policies:
  - { name: ${header}, match: [{ header: { name: ${header}, trusted: true } }], idle: 1h, absolute: 12h }
  - { name: unseen, idle: 1h, absolute: 12h }
`;

describe('reload', () => {
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

  const judgingPolicy = async (): Promise<unknown> => {
    const headers = { cookie: 'sid=0123456789abcdef', 'x-odd': '1', 'x-even': '1' };
    const { response } = await client.check({ headers });
    return curfewMetadata(response)['policy'];
  };
  const metric = async (name: string): Promise<string | undefined> =>
    new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(await curfew.metrics())?.[1];

  it('judges by a changed file within a second, and shows its hash', async () => {
    const before = /curfew_config_info\{hash="(\w+)"\} 1/.exec(await curfew.metrics())?.[1];
    await policies.replace(named('second'));
    await eventually('the second policy', async () => (await judgingPolicy()) === 'second', 1_000);
    const after = [...(await curfew.metrics()).matchAll(/curfew_config_info\{hash="(\w+)"\} 1/g)];
    expect(after).to.have.length(1);
    expect(after[0]?.[1]).to.not.equal(before);
  });

  it('stays with the last good file, turns red and says where the mistake is', async () => {
    await policies.replace(named('third').replace('1h', '1 hour'));
    await eventually(
      'red',
      async () => (await metric('curfew_config_last_reload_successful')) === '0',
    );
    expect(await judgingPolicy()).to.equal('second');
    expect(await curfew.isReady()).to.equal(true);
    expect(curfew.log()).to.match(
      /"level":"error".*"event":"policies_rejected".*"problems":\["[^"]*curfew\.yaml:5:\d+: /,
    );
    await policies.replace(named('third'));
    await eventually(
      'green',
      async () => (await metric('curfew_config_last_reload_successful')) === '1',
    );
    expect(await judgingPolicy()).to.equal('third');
  });

  it('gives every check one whole version while the file changes again and again', async () => {
    const seen = new Set<unknown>();
    for (let round = 0; round < 8; round += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await policies.replace(round % 2 === 0 ? named('odd') : named('even'));
      const untilMs = performance.now() + 150;
      while (performance.now() < untilMs) {
        // oxlint-disable-next-line no-await-in-loop -- one check after the other, across the swap
        seen.add(await judgingPolicy());
      }
    }
    expect(
      [...seen].filter((name) => !['third', 'odd', 'even'].includes(String(name))),
    ).to.deep.equal([]);
    expect(seen.size).to.be.greaterThan(1);
  });

  it('gives every check the headers that its version names', async () => {
    await policies.replace(byHeader('x-even'));
    await eventually('the header', async () => (await judgingPolicy()) === 'x-even');
    const seen = new Set<unknown>();
    for (let round = 0; round < 8; round += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await policies.replace(byHeader(round % 2 === 0 ? 'x-odd' : 'x-even'));
      const untilMs = performance.now() + 150;
      while (performance.now() < untilMs) {
        // oxlint-disable-next-line no-await-in-loop -- one check after the other, across the swap
        seen.add(await judgingPolicy());
      }
    }
    expect(seen).to.deep.equal(new Set(['x-even', 'x-odd']));
  });

  it('reads the file again on SIGHUP, and does not end', async () => {
    curfew.signal('SIGHUP');
    expect(await judgingPolicy()).to.not.equal(undefined);
    expect(await curfew.isReady()).to.equal(true);
  });
});
