import { expect } from 'chai';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import { policyFileKeys } from '../../../tools/pages/schema-keys.ts';
import { SAMPLE_FILE } from '../../../tools/pages/policy-file-page.ts';
import { wouldBeRefused } from '../../../tools/pages/reasons-page.ts';
import { GENERATED_PAGES, generatedText } from '../../../tools/generate-pages.ts';
import { pageText } from '../../support/pages/all-pages.ts';
import { readPage } from '../../support/pages/page.ts';

describe('the generated pages', () => {
  for (const page of GENERATED_PAGES) {
    it(`${page.path} is up to date: npm run pages`, async () => {
      expect(pageText(page.path)).to.equal(await generatedText(page));
    });

    it(`${page.path} says at its top how it is made`, () => {
      const [title, , notice] = pageText(page.path).split('\n');
      expect(title).to.match(/^# /);
      expect(notice).to.match(/^_Generated from /);
    });
  }

  it('have a heading for every key of the policy file', () => {
    const headings = [...pageText('docs/policy-file.md').matchAll(/^### `(.*)`$/gm)];
    const paths = policyFileKeys().map(({ path }) => path);
    expect(paths).to.include.members(['policies[].match[].header.value', 'openings.burst']);
    expect(headings.map(([, path]) => path)).to.deep.equal(paths);
  });

  it('begin with a policy file that is accepted without a warning', () => {
    const parsed = parsePolicyFile(SAMPLE_FILE, 'sample.yaml');
    expect(parsed.kind === 'problems' ? parsed.problems : parsed.warnings).to.deep.equal([]);
    expect(parsed.kind).to.equal('ok');
    expect(pageText('docs/policy-file.md')).to.include(SAMPLE_FILE);
  });

  it('have the query that the page about production asks', async () => {
    const { block } = await readPage('docs/production.md');
    expect(block('production-watch').trim()).to.equal(wouldBeRefused());
  });
});
