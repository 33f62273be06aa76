import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { policyFileJsonSchema } from '../../../src/policy/json-schema.ts';
import { fitsJsonSchema } from './fits-json-schema.ts';

const ROOT = join(import.meta.dirname, '../../..');
const VALID = join(ROOT, 'test/fixtures/policies/valid');
const MISTAKES = join(ROOT, 'test/fixtures/policies/mistakes');

/** Mistakes that are more than structure: a schema cannot see them, or they are none of YAML. */
const BEYOND_STRUCTURE =
  /^(absolute-|alias-|bad-indent|bearer-and|catch-all|context-(empty|reserved)|cookie-host|duplicate-|duration-(huge|of-|units|zero)|format-of|header-|idle-|jwt-(audience-any|claim|keys|leeway|metadata|two|without)|lifetime-|login-(guard|jav|place|prot|rel|user)|match-after|no-sources|opening-missing|path-(dot|double|empty-s|enc|semi|star)|preset-(idle|loos)|return-|same-|session-(false|off)|source-named|stream-|misplaced-|tab-|touch-|two-documents|unclosed|unknown-(source|tag)\.|unreachable)/;

const schema = policyFileJsonSchema();
const mistakes = readdirSync(MISTAKES);
const fits = (folder: string, name: string): boolean =>
  fitsJsonSchema(schema, parse(readFileSync(join(folder, name), 'utf8')));

describe('the published JSON Schema', () => {
  for (const name of readdirSync(VALID)) {
    it(`accepts ${name}`, () => expect(fits(VALID, name)).to.equal(true));
  }

  for (const name of mistakes.filter((each) => !BEYOND_STRUCTURE.test(each))) {
    it(`rejects ${name}`, () => expect(fits(MISTAKES, name)).to.equal(false));
  }

  it('is the one beside the example, for editors', () => {
    const beside: unknown = JSON.parse(
      readFileSync(join(ROOT, 'deploy/curfew.schema.json'), 'utf8'),
    );
    expect(beside).to.deep.equal(schema);
  });

  it('describes every key', () => {
    const undescribed: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node) as [string, object][]) {
        if (key === 'properties') {
          for (const [name, property] of Object.entries(value) as [string, object][]) {
            if (!('description' in property)) undescribed.push(`${path}.${name}`);
          }
        }
        walk(value, `${path}.${key}`);
      }
    };
    walk(schema, '');
    expect(undescribed).to.deep.equal([]);
  });
});
