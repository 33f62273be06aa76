import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BrowserJar } from '../../support/clients/browser-jar.ts';
import { startProcess } from '../../support/processes/child-process.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { oauth2ProxyOrSkip } from '../../support/programs/deploy-tools.ts';
import { edgeConfig } from '../../support/envoy/edge-config.ts';
import { startEnvoy } from '../../support/envoy/envoy.ts';
import { eventually } from '../../support/time/eventually.ts';
import { freePort } from '../../support/network/free-port.ts';
import { httpCall } from '../../support/clients/http-call.ts';
import { startOidcProvider } from '../../support/tokens/oidc-provider.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import type { PolicyFile } from '../../support/files/policy-file.ts';
import { envoyOrSkip, redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';
import { startRedisServer } from '../../support/redis/redis-server.ts';
import { startSampleApp } from '../../support/processes/sample-app.ts';

const recipe = readFileSync(
  join(import.meta.dirname, '..', '..', '..', 'deploy', 'recipes', 'oauth2-proxy.yaml'),
  'utf8',
);
const IDLE_MS = 3_000;
/** The recipe with short timeouts, so that the test is quick. */
const POLICY = recipe.replace('idle: 15m', `idle: ${IDLE_MS}ms`);
/** The case that the recipe warns of. */
const LOGIN_OFF = POLICY.replace('session: login', 'session: off');
const COOKIE = '_oauth2_proxy';
const CLIENT_ID = 'shop';

describe('a real oauth2-proxy behind Curfew, by the recipe', () => {
  const closers: (() => Promise<void>)[] = [];
  let policyFile: PolicyFile;
  let curfew: Curfew;
  let home: string;

  before(async function () {
    const program = await oauth2ProxyOrSkip(this);
    await envoyOrSkip(this);
    await redisServerOrSkip(this);
    this.timeout(60_000);
    const redis = await startRedisServer();
    closers.push(() => redis.stop());
    const app = await startSampleApp();
    closers.push(() => app.stop());
    const provider = await startOidcProvider(CLIENT_ID);
    closers.push(() => provider.stop());
    policyFile = await writePolicyFile(POLICY);
    closers.push(() => policyFile.remove());
    const [grpcPort, opsPort, proxyPort] = await Promise.all([freePort(), freePort(), freePort()]);
    curfew = await startCurfew({ policyPath: policyFile.path, grpcPort, opsPort });
    closers.push(() => curfew.stop());
    const addresses = { edge: 0, curfews: [grpcPort], web: proxyPort, grpc: app.grpcPort };
    const envoy = await startEnvoy({ config: edgeConfig(addresses) });
    closers.push(() => envoy.stop());
    home = `http://127.0.0.1:${await envoy.port('edge')}/api/echo`;
    const proxy = await startProcess(program, [
      `--http-address=127.0.0.1:${proxyPort}`,
      `--upstream=http://127.0.0.1:${app.webPort}/`,
      '--provider=oidc',
      `--oidc-issuer-url=${provider.issuer}`,
      `--redirect-url=${new URL('/oauth2/callback', home).href}`,
      `--client-id=${CLIENT_ID}`,
      '--client-secret=unused-by-our-provider',
      `--cookie-secret=${randomBytes(16).toString('hex')}`,
      '--cookie-secure=false',
      '--cookie-refresh=1s',
      '--session-store-type=redis',
      `--redis-connection-url=${redis.url}`,
      '--email-domain=*',
      '--skip-provider-button',
      '--reverse-proxy',
      '--trusted-proxy-ip=127.0.0.1',
    ]);
    closers.push(() => proxy.stop());
    await eventually('oauth2-proxy', async () => {
      if (!proxy.isAlive()) throw new Error(proxy.log());
      return (await httpCall(proxyPort, '/ping').catch(() => undefined))?.status === 200;
    });
  });

  after(async () => {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    for (const close of closers.toReversed()) await close();
  });

  const ticket = (browser: BrowserJar): string => browser.cookie(COOKIE)?.split('|')[0] ?? '';

  async function opened(): Promise<number> {
    const page = await curfew.metrics();
    return Number(/^curfew_sessions_opened_total\{.*\} (\d+)$/m.exec(page)?.[1] ?? 0);
  }

  it('lets a new visitor log in, and recognises the refreshed cookie as the same session', async function () {
    this.timeout(60_000);
    const browser = new BrowserJar();
    const { answers, url } = await browser.open(home);
    expect(url).to.equal(home);
    expect(answers.map(({ status }) => status)).to.deep.equal([302, 302, 302, 200]);
    const before = browser.cookie(COOKIE);
    const sessions = await opened();
    await eventually('a refreshed cookie', async () => {
      expect((await browser.open(home)).answers.map(({ status }) => status)).to.deep.equal([200]);
      return browser.cookie(COOKIE) !== before;
    });
    expect((await browser.open(home)).answers).to.have.length(1);
    expect(ticket(browser)).to.equal(before?.split('|')[0]);
    expect(await opened()).to.equal(sessions);
  });

  it('sends a user who was idle for too long to the login, and the new login is a new session', async function () {
    this.timeout(60_000);
    const browser = new BrowserJar();
    await browser.open(home);
    const before = ticket(browser);
    await sleep(IDLE_MS + 200); // a real server has its own clock
    const { answers } = await browser.open(home);
    expect(answers.map(({ status }) => status)).to.deep.equal([302, 302, 302, 200]);
    expect(ticket(browser)).not.to.equal(before);
    expect((await browser.open(home)).answers).to.have.length(1);
  });

  it('would lock this user out if the old cookie reached /oauth2/', async function () {
    this.timeout(60_000);
    const loads = async () =>
      Number(
        /^curfew_config_last_reload_success_timestamp_seconds (\S+)$/m.exec(
          await curfew.metrics(),
        )?.[1],
      );
    const atFirst = await loads();
    await policyFile.replace(LOGIN_OFF);
    await eventually('the other policy', async () => (await loads()) > atFirst);
    const browser = new BrowserJar();
    await browser.open(home);
    await sleep(IDLE_MS + 200);
    const error = await browser.open(home).then(String, String);
    expect(error).to.match(/more than 10 redirects/);
  });
});
