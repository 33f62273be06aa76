import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { browse } from '../../support/outside/real-browser.ts';
import type { BrowsedApplication } from '../../support/outside/real-browser.ts';

const IDLE_MS = 8_000;
const POLICIES = `
  - { name: default, idle: ${IDLE_MS}ms, absolute: 1h, LOGIN }
`;

describe('Chromium with a service worker that hands navigations on', () => {
  let browsed: BrowsedApplication;

  before(async function () {
    browsed = await browse(this, POLICIES);
  });

  after(() => browsed?.stop());

  it('shows the application to a person who is logged in, and the login to one who was silent', async () => {
    const page = await browsed.logIn();
    await page.goto('/app/');
    await page.waitForFunction("document.title === 'app with a worker'");
    await page.reload(); // from now on through the worker
    expect(await page.evaluate('navigator.serviceWorker.controller !== null')).to.equal(true);
    expect(await page.title()).to.match(/^app/);
    await sleep(IDLE_MS + 500);
    await page.goto('/app/?again');
    expect(await page.title()).to.equal('login');
    await page.click('#go');
    await page.waitForURL('**/page/1');
    await page.goto('/app/');
    expect(await page.title()).to.match(/^app/);
  }).timeout(60_000);
});
