import { expect } from 'chai';
import { prepareSelection } from '../../../../src/policy/selection/prepared-selection.ts';
import type { EffectivePolicy } from '../../../../src/terms/effective-policy.ts';
import { policiesOf } from '../policies-of.ts';

const SOURCES = ['web', 'api'].map(
  (name) => `- { name: ${name}, cookie: ${name}, opening: registered }`,
);

describe('the rule that the store gets for a request', () => {
  const { sources, policies } = policiesOf(
    ['- { name: a, match: [{ path: /a }], idle: 1m, absolute: 1h, on_expiry: end }'],
    '',
    SOURCES,
  );
  const [policy] = policies;
  if (policy === undefined) throw new Error('no policy');
  const mixed: EffectivePolicy = {
    ...policy,
    onExpiry: new Map([
      ['web', 'challenge'],
      ['api', 'end'],
    ]),
  };
  const expiryOf = (how: { isDoubtful?: boolean; isPrefetch?: boolean }) => {
    const plain = {
      policy: mixed,
      isDoubtful: false,
      passive: false,
      isPrefetch: false,
      endings: [],
    };
    const { rules } = prepareSelection({ ...plain, ...how }, sources);
    return Object.fromEntries([...rules].map(([source, { onExpiry }]) => [source, onExpiry]));
  };

  it('ends or challenges as the policy does for the source', () => {
    expect(expiryOf({})).to.deep.equal({ web: 'challenge', api: 'end' });
  });

  for (const [what, how] of [
    ['a doubtful request', { isDoubtful: true }],
    ['a prefetch', { isPrefetch: true }],
  ] as const) {
    it(`neither ends nor marks for ${what}`, () => {
      expect(expiryOf(how)).to.deep.equal({ web: 'keep', api: 'keep' });
    });
  }
});
