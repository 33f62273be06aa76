import { expect } from 'chai';
import { explore } from './explore.ts';
import { PRODUCT } from './mechanisms.ts';
import { modelOf } from './model.ts';
import { MUTATIONS } from './mutations.ts';
import { summary } from './trace.ts';
import { WORLDS } from './worlds.ts';

function textOf(broken: { readonly promise: string; readonly trace: readonly string[] }): string {
  return [`breaks "${broken.promise}":`, ...broken.trace].join('\n');
}

describe('the model of a store that loses writes', function () {
  this.timeout(240_000);

  for (const world of WORLDS.filter(({ isLong }) => !isLong)) {
    it(`keeps every promise: ${world.title}`, () => {
      const startedAtMs = performance.now();
      const found = explore(modelOf(world, PRODUCT), world.stepsMax);
      const tookMs = performance.now() - startedAtMs;
      process.stdout.write(`      ${world.title}: ${summary(found, tookMs)}\n`);
      expect(found.broken, found.broken && textOf(found.broken)).to.equal(undefined);
      // A world in which little can happen would prove little.
      expect(found.states).to.be.above(1_000);
      expect(found.isWhole || found.steps === world.stepsMax).to.equal(true);
    });
  }

  for (const { title, world, instead, breaks } of MUTATIONS.filter(({ isLong }) => !isLong)) {
    it(`is broken by ${title}`, () => {
      const mutated = { ...PRODUCT, ...instead };
      const { broken } = explore(modelOf(world, mutated), world.stepsMax);
      expect(broken?.promise, broken && textOf(broken)).to.equal(breaks);
      expect(broken?.trace.length).to.be.within(1, 40);
    });
  }

  it('names each mechanism in a mutation', () => {
    const replaced = new Set(MUTATIONS.flatMap(({ instead }) => Object.keys(instead)));
    expect(Object.keys(PRODUCT).filter((name) => !replaced.has(name))).to.deep.equal([]);
  });
});
