import { createRequire } from 'node:module';
import { join } from 'node:path';
import { debianProgramOrSkip, envoyOrSkip } from '../programs/provision-or-skip.ts';
import { startGuarded } from './guarded-application.ts';
import type { GuardedApplication } from './guarded-application.ts';
import { outsideNodeOrSkip } from './programs.ts';

// The types of playwright-core need those of a browser's window, which would then be known everywhere. These are what the
// tests use.

/** A tab. */
export interface Page {
  goto(path: string): Promise<unknown>;
  reload(): Promise<unknown>;
  click(selector: string): Promise<void>;
  title(): Promise<string>;
  url(): string;
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  waitForFunction(expression: string): Promise<unknown>;
  waitForURL(pattern: string): Promise<void>;
  waitForEvent(name: 'domcontentloaded'): Promise<unknown>;
}

interface Browser {
  newContext(options: { baseURL: string }): Promise<{ newPage(): Promise<Page> }>;
  close(): Promise<void>;
}

const { chromium } = createRequire(import.meta.url)('playwright-core') as {
  chromium: { launch(options: { executablePath: string; args: string[] }): Promise<Browser> };
};

/** A browser with a guarded application. */
export interface BrowsedApplication {
  readonly guarded: GuardedApplication;
  /** A new profile, without cookies, in which a person has just logged in and sees `/page/1`. */
  logIn(): Promise<Page>;
  stop(): Promise<void>;
}

/** Starts Chromium, and the pages for browsers behind the production Envoy. @param policies follow the login's */
export async function browse(
  context: Mocha.Context,
  policies: string,
): Promise<BrowsedApplication> {
  await envoyOrSkip(context);
  const executablePath = await debianProgramOrSkip(context, 'chromium', 'chromium');
  const program = join(await outsideNodeOrSkip(context), 'pages.mjs');
  const pages = { file: process.execPath, args: (port: number) => [program, String(port)] };
  // Chromium treats http://localhost like https.
  const policy = (port: number): string => `
version: 1
host_ports: ignored
sources:
  - { name: web, cookie: { name: sid, path: / }, opening: first-use, credential_lifetime: 1d }
policies:
  - { name: login, match: [{ path: /login }], session: login }
  - { name: public, match: [{ path: /favicon.ico }], session: off }
${policies.replaceAll('LOGIN', `login_url: 'http://localhost:${port}/login?reason={reason}'`)}`;
  const guarded = await startGuarded(pages, policy, ['localhost']);
  let browser: Browser;
  try {
    // The tests run as root, for which Chromium has no sandbox. It opens only pages of this repository.
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  } catch (error) {
    await guarded.stop();
    throw error;
  }
  const logIn = async (): Promise<Page> => {
    const profile = await browser.newContext({ baseURL: `http://localhost:${guarded.port}` });
    const page = await profile.newPage();
    await page.goto('/login');
    await page.click('#go');
    await page.waitForURL('**/page/1');
    return page;
  };
  const stop = async (): Promise<void> => {
    await browser.close();
    await guarded.stop();
  };
  return { guarded, logIn, stop };
}
