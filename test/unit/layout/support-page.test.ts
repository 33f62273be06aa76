import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const support = join(import.meta.dirname, '..', '..', 'support');
const page = readFileSync(join(support, 'README.md'), 'utf8');

/** Every place that the page names, each with the names that it says are exported there. */
function placesNamed(): { readonly path: string; readonly names: readonly string[] }[] {
  const places = page.matchAll(/((?:`\w+`(?:, | and )?)*)(?: others)?\s+in\s+`([\w/.-]+\.ts)`/g);
  return [...places].map(([, names = '', path = '']) => ({
    path,
    names: [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  }));
}

describe('the page of test/support', () => {
  it('names only files that are there, and what they export', () => {
    const places = placesNamed();
    expect(places).to.have.length.above(20);
    for (const { path, names } of places) {
      expect(names, path).to.not.be.empty;
      const text = readFileSync(join(support, path), 'utf8');
      for (const name of names) {
        expect(text, `${name} in ${path}`).to.match(
          new RegExp(`^export (async )?(function|class|const) ${name}\\b`, 'm'),
        );
      }
    }
  });

  it('names only folders that are there', () => {
    const folders = [...page.matchAll(/`([\w/-]+\/)`/g)].map(([, folder = '']) => folder);
    for (const folder of folders) {
      const isThere = [support, join(support, '..', '..')].some((at) =>
        existsSync(join(at, folder)),
      );
      expect(isThere, folder).to.equal(true);
    }
  });
});
