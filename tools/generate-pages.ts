// Writes the pages that are made from the code's own tables: npm run pages

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { metricsPage } from './pages/metrics-page.ts';
import { policyFilePage } from './pages/policy-file-page.ts';
import { reasonsPage } from './pages/reasons-page.ts';
import { settingsPage } from './pages/settings-page.ts';

const ROOT = join(import.meta.dirname, '..');

/** A page, and where what it says comes from. */
export interface GeneratedPage {
  /** From the root of the repository. */
  readonly path: string;
  readonly madeFrom: string;
  readonly text: () => string | Promise<string>;
}

/** All pages that are generated. */
export const GENERATED_PAGES: readonly GeneratedPage[] = [
  {
    path: 'docs/policy-file.md',
    madeFrom: 'the schemas that validate the file (`src/policy/file`)',
    text: policyFilePage,
  },
  {
    path: 'docs/settings.md',
    madeFrom: 'the rows of the settings (`src/settings`)',
    text: settingsPage,
  },
  {
    path: 'docs/metrics.md',
    madeFrom: 'the registry of a process (`src/telemetry/metrics`)',
    text: metricsPage,
  },
  {
    path: 'docs/reasons.md',
    madeFrom: 'the table of reasons (`src/verdict/reason.ts`)',
    text: reasonsPage,
  },
];

/** The page as it is kept: formatted, and with a line at its top that says how it is made. */
export async function generatedText({ madeFrom, text }: GeneratedPage): Promise<string> {
  const [title = '', ...rest] = (await text()).split('\n');
  const notice =
    `_Generated from ${madeFrom} by \`npm run pages\`. ` +
    'To change this page, change its source and run the command again._';
  const style = JSON.parse(readFileSync(join(ROOT, '.prettierrc.json'), 'utf8')) as object;
  return format([title, '', notice, '', ...rest].join('\n'), {
    ...style,
    parser: 'markdown',
    proseWrap: 'always',
  });
}

if (import.meta.main) {
  for (const page of GENERATED_PAGES) {
    // oxlint-disable-next-line no-await-in-loop -- four
    writeFileSync(join(ROOT, page.path), await generatedText(page));
  }
}
