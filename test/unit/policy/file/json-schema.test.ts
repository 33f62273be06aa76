import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { policyFileJsonSchema } from '../../../../src/policy/file/json-schema.ts';
import { fitsJsonSchema } from '../fits-json-schema.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const VALID = join(ROOT, 'test/fixtures/policies/valid');
const ASSUMED = join(ROOT, 'test/fixtures/policies/assumed');
const MISTAKES = join(ROOT, 'test/fixtures/policies/mistakes');

/** Mistakes beyond structure, which a schema cannot see, and mistakes in the YAML itself. */
const BEYOND_STRUCTURE =
  /^(absolute-|alias-|bad-indent|bearer-and|catch-all|clear-with|context-(empty|reserved)|cookie-(host|keys)|duplicate-|duration-(huge|of-|units|zero)|ends-session-(everywhere|with)|format-of|header|idle-|jwt-(audience-any|claim|forw|just|keys|leeway|metadata|two|without)|leave-|lifetime-|login-(guard|jav|place|prot|rel|user|with)|match-after|no-sources|opening-missing|path-(dot|double|empty-s|enc|semi|star)|preset-(idle|loos)|return-|same-|session-(false|off)|source-named|stream-|misplaced-|tab-|touch-|two-documents|unclosed|unknown-(source|tag)\.|unreachable)/;

const schema = policyFileJsonSchema();
const mistakes = readdirSync(MISTAKES);
const fits = (folder: string, name: string): boolean =>
  fitsJsonSchema(schema, parse(readFileSync(join(folder, name), 'utf8')));

describe('the published JSON Schema', () => {
  for (const folder of [VALID, ASSUMED]) {
    for (const name of readdirSync(folder)) {
      it(`accepts ${name}`, () => expect(fits(folder, name)).to.equal(true));
    }
  }

  for (const name of mistakes.filter((each) => !BEYOND_STRUCTURE.test(each))) {
    it(`rejects ${name}`, () => expect(fits(MISTAKES, name)).to.equal(false));
  }

  it('equals deploy/curfew.schema.json, which editors use', () => {
    const beside: unknown = JSON.parse(
      readFileSync(join(ROOT, 'deploy/curfew.schema.json'), 'utf8'),
    );
    expect(beside).to.deep.equal(schema);
  });
});
