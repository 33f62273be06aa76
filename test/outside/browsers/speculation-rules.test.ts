import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { browse } from '../../support/outside/real-browser.ts';
import type { BrowsedApplication, Page } from '../../support/outside/real-browser.ts';

// A slow machine takes seconds for a page, and for all that it prefetches.
const IDLE_MS = 10_000;
const STRICT_IDLE_MS = 4_000;
const POLICIES = `
  - { name: strict, match: [{ path: /page/9 }], idle: ${STRICT_IDLE_MS}ms, absolute: 1h, on_expiry: end, LOGIN }
  - { name: default, idle: ${IDLE_MS}ms, absolute: 1h, LOGIN }
`;

describe('Chromium with speculation rules, which prefetch every link', () => {
  let browsed: BrowsedApplication;

  before(async function () {
    browsed = await browse(this, POLICIES);
  });

  after(() => browsed?.stop());

  const click = async (page: Page, number: number): Promise<string> => {
    await Promise.all([page.waitForEvent('domcontentloaded'), page.click(`#to${number}`)]);
    return page.title();
  };
  it('keeps a person who only clicks logged in, for longer than the idle timeout', async () => {
    const page = await browsed.logIn();
    const beganAtMs = performance.now();
    for (let turn = 0; performance.now() - beganAtMs < 2 * IDLE_MS; turn += 1) {
      const number = 2 + (turn % 3);
      // oxlint-disable-next-line no-await-in-loop -- one click after the other
      expect(await click(page, number)).to.equal(`/page/${number}`);
      // oxlint-disable-next-line no-await-in-loop -- a person reads
      await sleep(700);
    }
    expect(await browsed.guarded.curfew.metrics()).to.match(/reason="prefetch_declined".* [1-9]/);
  }).timeout(60_000);

  it('ends no session by a prefetch into a stricter policy, only by the click itself', async () => {
    const page = await browsed.logIn();
    await sleep(STRICT_IDLE_MS + 200); // longer than the stricter policy allows
    expect(await click(page, 2)).to.equal('/page/2'); // which prefetches /page/9 again
    await sleep(300);
    expect(await click(page, 3)).to.equal('/page/3');
    expect(await click(page, 9)).to.equal('login');
    expect(new URL(page.url()).searchParams.get('reason')).to.equal('idle_timeout');
    await page.click('#go');
    await page.waitForURL('**/page/1');
    expect(await click(page, 9), 'no login page from before the login').to.equal('/page/9');
  }).timeout(60_000);

  it('sends a person who was silent to the login, and a prefetched page does not hide it', async () => {
    const page = await browsed.logIn();
    await sleep(IDLE_MS + 500);
    // The pages that are prefetched already need no request: a reload does.
    await page.reload();
    expect(await page.title()).to.equal('login');
    await page.click('#go');
    await page.waitForURL('**/page/1');
    expect(await click(page, 4)).to.equal('/page/4');
  }).timeout(60_000);
});
