import { expect } from 'chai';
import { parsePolicyFile } from '../../../../src/policy/parse-policy-file.ts';

/** A file in which one list has this many entries. */
type FileOf = (entries: readonly string[]) => object;

const source = { name: 'web', cookie: 'sid', opening: 'registered' };
const policy = { name: 'default', idle: '1h', absolute: '12h' };
const jwt = { issuer: 'i', audience: 'a', verified_by: 'envoy', per_login: true };

const LISTS: readonly [key: string, max: number, fileOf: FileOf][] = [
  [
    'clear_with',
    20,
    (names) => ({ sources: [{ ...source, clear_with: names }], policies: [policy] }),
  ],
  [
    'forwarded_headers',
    100,
    (names) => ({
      sources: [{ name: 'api', jwt: { ...jwt, forwarded_headers: names }, opening: 'registered' }],
      policies: [policy],
    }),
  ],
  [
    'header',
    100,
    (names) => {
      const header = names.map((name) => ({ name, trusted: true }));
      return {
        sources: [source],
        policies: [{ ...policy, name: 'a', match: [{ header }] }, policy],
      };
    },
  ],
  [
    'leave',
    31,
    (names) => ({
      sources: [source, ...names.map((name) => ({ name, header: name, opening: 'registered' }))],
      policies: [{ ...policy, leave: names }],
    }),
  ],
];

describe('a list of the policy file', () => {
  for (const [key, max, fileOf] of LISTS) {
    const isAccepted = (count: number): boolean => {
      const entries = Array.from({ length: count }, (_, i) => `x-${i}`);
      const text = JSON.stringify({ version: 1, ...fileOf(entries) });
      return parsePolicyFile(text, 'curfew.yaml').kind === 'ok';
    };

    it(`may have 1 to ${max} entries as ${key}`, () => {
      expect([0, 1, max, max + 1].map(isAccepted)).to.deep.equal([false, true, true, false]);
    });
  }
});
