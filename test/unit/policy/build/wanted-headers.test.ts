import { expect } from 'chai';
import { FIXED_HEADERS } from '../../../../src/terms/fixed-headers.ts';
import type { LoadedPolicies } from '../../../../src/policy/loaded-policies.ts';
import { policiesOf } from '../policies-of.ts';

const wants = ({ wantedHeaders }: LoadedPolicies, name: string): boolean =>
  wantedHeaders.includes(name);

describe('the headers that checks under a policy file can read', () => {
  it('are those of the fixed rules, in every file', () => {
    const policies = policiesOf([]);
    expect(FIXED_HEADERS.filter((name) => !wants(policies, name))).to.deep.equal([]);
    expect(wants(policies, 'user-agent')).to.equal(false);
  });

  const SOURCES: Readonly<Record<string, string>> = {
    'x-session': '- { name: b, header: X-Session, opening: registered }',
    'x-jwt':
      '- { name: e, jwt: { issuer: i, audience: a, jwks_file: f, header: X-JWT }, credential_lifetime: 30d }',
  };
  for (const [name, source] of Object.entries(SOURCES)) {
    it(`are ${name} and its twins, which a source names`, () => {
      const policies = policiesOf([], '', [source]);
      expect(wants(policies, name)).to.equal(true);
      expect(wants(policies, name.replace('-', '_'))).to.equal(true);
      expect(wants(policiesOf([]), name)).to.equal(false);
    });
  }

  it('are those of matchers and passive rules', () => {
    const policies = policiesOf([
      '- { name: a, match: [{ path: /a }, { header: { name: X-Tenant, trusted: true } }], idle: 1m, absolute: 1h }',
      '- { name: b, match: [{ path: /b }], passive: [{ header: { name: X-Poll } }], idle: 1m, absolute: 1h }',
    ]);
    for (const name of ['x-tenant', 'x-poll']) {
      expect(wants(policies, name)).to.equal(true);
      expect(wants(policiesOf([]), name)).to.equal(false);
    }
  });

  it('are never kept in memory where a source finds its credentials', () => {
    const isRepeated = (policies: LoadedPolicies, name: string): boolean | undefined => {
      const bytes = Buffer.from(name);
      return policies.wantedHeaders.headerAt(bytes, 0, bytes.length)?.isRepeated;
    };
    const plain = policiesOf([]);
    expect(isRepeated(plain, 'accept')).to.equal(true);
    for (const name of ['cookie', 'authorization']) expect(isRepeated(plain, name)).to.equal(false);
    const source = '- { name: b, header: Accept, opening: registered }';
    expect(isRepeated(policiesOf([], '', [source]), 'accept')).to.equal(false);
  });

  it('are the one that cuts streams, whatever its name', () => {
    expect(wants(policiesOf([]), 'x-envoy-upstream-stream-duration-ms')).to.equal(true);
    const renamed = policiesOf([], 'stream_cut_header: X-Cut-Ms');
    expect(wants(renamed, 'x-cut-ms')).to.equal(true);
    expect(wants(renamed, 'x_cut_ms')).to.equal(true);
  });
});
