import { expect } from 'chai';
import { PRESETS } from '../../../../src/policy/file/presets.ts';
import { policiesOf } from '../policies-of.ts';

// From the standards, in minutes; kept apart from the product's table on purpose.
const EXPECTED: readonly (readonly [name: string, idle: number | undefined, absolute: number])[] = [
  ['nist-63b4-aal1', undefined, 43_200],
  ['nist-63b4-aal2', 60, 1_440],
  ['nist-63b4-aal3', 15, 720],
  ['nist-63b3-aal2', 30, 720],
  ['nist-63b3-aal3', 15, 720],
  ['fedramp-moderate', 15, 720],
  ['fedramp-moderate-privileged', 10, 720],
  ['fedramp-high', 15, 720],
  ['fedramp-high-privileged', 10, 720],
  ['disa-app', 15, 480],
  ['disa-app-privileged', 10, 480],
  ['disa-web-high', 5, 480],
  ['disa-web-medium', 10, 480],
  ['disa-web-low', 20, 480],
  ['pci-dss-4', 15, 720],
  ['hipaa-default', 15, 720],
  ['hipaa-shared-workstation', 3, 720],
  ['psd2-account-access', 5, 60],
  ['owasp-high-value', 5, 240],
  ['owasp-low-risk', 30, 480],
  ['iso27001-default', 15, 720],
  ['soc2-default', 30, 720],
  ['gdpr-baseline', 30, 720],
  ['admin-console', 10, 480],
  ['device-bound-consumer', 20_160, 43_200],
];

describe('presets', () => {
  for (const [name, idle, absolute] of EXPECTED) {
    it(`${name} sets ${idle ?? 'no'} minutes idle and ${absolute} absolute`, () => {
      const [policy] = policiesOf([
        `- { name: a, match: [{ path: /a }], preset: ${name} }`,
      ]).policies;
      expect(policy?.idleTimeoutMs).to.equal(idle === undefined ? undefined : idle * 60_000);
      expect(policy?.absoluteTimeoutMs).to.equal(absolute * 60_000);
    });
  }

  it('are exactly these', () => {
    expect([...PRESETS.keys()]).to.deep.equal(EXPECTED.map(([name]) => name));
  });

  it('all cite a standard', () => {
    for (const { name, citation } of PRESETS.values())
      expect(citation, name).to.match(/\d|Cheat Sheet/);
  });
});
