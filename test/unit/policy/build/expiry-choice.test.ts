import { expect } from 'chai';
import { loadPolicies } from '../../../../src/policy/loaded-policies.ts';
import type { PolicyEntry, SourceEntry } from '../../../../src/policy/file/policy-file.ts';
import type { EffectivePolicy } from '../../../../src/terms/effective-policy.ts';

const WEB: SourceEntry = { name: 'web', cookie: 'sid', opening: 'registered' };
const HEAD: SourceEntry = { name: 'head', header: 'x-sid', opening: 'registered' };
const BEARER: SourceEntry = { name: 'opaque', bearer: {}, opening: 'registered' };
const JWT: SourceEntry = {
  name: 'jwt',
  jwt: { issuer: 'i', audience: 'a', jwks_file: 'k.json', header: 'x-jwt', per_login: true },
  opening: 'registered',
};
const LOGIN: PolicyEntry = { name: 'login', match: [{ path: '/login' }], session: 'login' };

const limits = (name: string, idle: string, absolute: string): PolicyEntry => ({
  name,
  match: [{ path: `/${name}` }],
  idle: idle === 'off' ? false : idle,
  absolute: absolute === 'off' ? false : absolute,
});
const DEFAULT: PolicyEntry = { name: 'default', idle: '1h', absolute: '12h' };

/** What the first policy does on expiry, by source. */
function first(
  policies: readonly PolicyEntry[],
  sources: readonly SourceEntry[] = [WEB],
): Record<string, string> {
  const loaded = loadPolicies({ version: 1, sources, policies: [...policies, DEFAULT] });
  const [policy] = loaded.policies as readonly [EffectivePolicy];
  return Object.fromEntries(policy.onExpiry);
}

describe('what a policy does on expiry by default', () => {
  const stricter: readonly [why: string, idle: string, absolute: string, word: string][] = [
    ['both limits are shorter', '5m', '1h', 'challenge'],
    ['only the idle timeout is shorter', '5m', '12h', 'challenge'],
    ['only the absolute timeout is shorter', '1h', '8h', 'challenge'],
    ['the idle timeout is shorter by a millisecond', '59m59s999ms', '12h', 'challenge'],
    ['both are equal', '1h', '12h', 'end'],
    ['both are longer', '2h', '13h', 'end'],
    ['idle is shorter and absolute longer', '5m', '24h', 'end'],
    ['idle is longer and absolute shorter', '2h', '8h', 'end'],
    ['idle is off and absolute shorter', 'off', '8h', 'end'],
    ['idle is shorter and absolute off', '5m', 'off', 'end'],
  ];
  for (const [why, idle, absolute, word] of stricter) {
    it(`is ${word} where, compared with another policy, ${why}`, () => {
      expect(first([limits('a', idle, absolute), LOGIN])).to.deep.equal({ web: word });
    });
  }

  it('is end for a cookie or header without a policy for its login', () => {
    const policies = [limits('a', '5m', '12h')];
    expect(first(policies, [WEB, HEAD])).to.deep.equal({ web: 'end', head: 'end' });
    const login = { ...LOGIN, sources: ['head'] };
    expect(first([...policies, login], [WEB, HEAD])).to.deep.equal({
      web: 'end',
      head: 'challenge',
    });
  });

  it('is challenge for tokens, whatever the login is', () => {
    expect(first([limits('a', '5m', '12h')], [BEARER, JWT])).to.deep.equal({
      opaque: 'challenge',
      jwt: 'challenge',
    });
  });

  it('compares only with policies that enforce, have limits and admit the source', () => {
    const sources = [WEB, HEAD];
    const a = limits('a', '1h', '12h');
    const looser = { ...limits('b', '2h', '24h') };
    const word = (other: PolicyEntry): string | undefined =>
      first([a, LOGIN, other], sources)['web'];
    expect(word(looser)).to.equal('challenge');
    expect(word({ ...looser, session: 'optional' })).to.equal('challenge');
    expect(word({ ...looser, mode: 'observe' })).to.equal('end');
    expect(word({ ...looser, sources: ['head'] })).to.equal('end');
    expect(word({ ...looser, leave: ['web'] })).to.equal('end');
    expect(word({ name: 'b', match: [{ path: '/b' }], session: 'off' })).to.equal('end');
  });

  it('is what the file says, for every source', () => {
    const strict = limits('a', '5m', '12h');
    const sources = [WEB, JWT];
    expect(first([{ ...strict, on_expiry: 'end' }, LOGIN], sources)).to.deep.equal({
      web: 'end',
      jwt: 'end',
    });
    expect(first([{ ...strict, on_expiry: 'challenge' }], sources)).to.deep.equal({
      web: 'challenge',
      jwt: 'challenge',
    });
  });

  it('is chosen only for the sources that the policy admits', () => {
    const strict = limits('a', '5m', '12h');
    expect(first([{ ...strict, sources: ['jwt'] }], [WEB, JWT])).to.deep.equal({
      jwt: 'challenge',
    });
    expect(first([{ ...strict, leave: ['jwt'] }, LOGIN], [WEB, JWT])).to.deep.equal({
      web: 'challenge',
    });
  });
});

describe('the limits that end a session at its login', () => {
  const endLimits = (policies: readonly PolicyEntry[]) => {
    const loaded = loadPolicies({ version: 1, sources: [WEB], policies: [...policies, DEFAULT] });
    return loaded.sourceRules.get('web')?.endLimits.map(({ policy }) => policy);
  };

  it('are those of enforcing policies that end it, and not of a challenge', () => {
    expect(endLimits([LOGIN])).to.deep.equal(['default']);
    expect(endLimits([limits('a', '5m', '8h'), LOGIN])).to.deep.equal(['default']);
    expect(endLimits([limits('a', '5m', '8h')])).to.deep.equal(['a']);
    expect(endLimits([{ ...limits('a', '5m', '8h'), mode: 'observe' }])).to.deep.equal(['default']);
  });

  it('are only those that can be the first to be reached', () => {
    const policies = [
      limits('long-idle', '2h', '8h'),
      limits('short-idle', '5m', '24h'),
      limits('no-idle', 'off', '2h'),
      limits('same-as-short-idle', '5m', '24h'),
      limits('later-in-both', '30m', '24h'),
    ];
    expect(endLimits(policies)).to.deep.equal(['short-idle', 'default', 'long-idle', 'no-idle']);
  });
});
