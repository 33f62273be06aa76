import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadScripts, SCRIPT_KEYS } from '../../../../src/store/redis/load-scripts.ts';

const FOLDER = join(import.meta.dirname, '../../../../src/store/redis/scripts');

/** The files that are sent to Redis; the others are parts of them. */
function scriptFiles(): readonly string[] {
  const files = readdirSync(FOLDER);
  return files.filter((file) => readFileSync(join(FOLDER, file), 'utf8').startsWith('#!lua'));
}

describe('the table of scripts', () => {
  it('has a row for each script in the folder', () => {
    const names = scriptFiles().map((file) => file.replace(/\.lua$/, ''));
    expect(Object.keys(SCRIPT_KEYS)).to.have.members(names);
  });

  for (const [name, { lua, numberOfKeys }] of Object.entries(loadScripts())) {
    it(`counts the keys of ${name} as its header lists them`, () => {
      const keys = /^-- KEYS {2}([^(\n]+)/m.exec(lua)?.[1] ?? '';
      expect(keys.split(',').length).to.equal(numberOfKeys);
    });

    it(`includes the parts of ${name}`, () => {
      expect(lua).to.not.match(/^--\+/m);
    });
  }
});
