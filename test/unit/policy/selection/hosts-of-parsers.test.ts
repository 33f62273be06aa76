import { expect } from 'chai';
import { loadPolicies } from '../../../../src/policy/loaded-policies.ts';
import { parserTables } from '../../../support/readings/parser-tables.ts';
import { selected } from '../policies-of.ts';
import { requestFacts } from '../request-facts.ts';

// Each row says that a real application takes a Host header for a host. If the policy file names that
// host, its policy must judge the request.

const LAX = { idle: '2h', absolute: '20h' } as const;
/** What a policy file can name as a host. */
const NAME = /^[a-z0-9_]+(?:[.-][a-z0-9_]+)+$/;

describe('the policy of a host that a real application reads', () => {
  for (const { parser, version, hosts } of parserTables()) {
    it(`judges the request: ${parser} (${version})`, () => {
      const rows = hosts
        .map(({ sent, read }) => ({ sent, host: nameOf(read) }))
        // uvicorn falls back to the address that it listens on, which no client can choose.
        .filter(({ host }) => NAME.test(host) && host !== '127.0.0.1');
      expect(rows).not.to.be.empty;
      const escaped = rows.filter(({ sent, host }) => !isJudged(sent, host));
      expect(escaped).to.deep.equal([]);
    });
  }
});

/** Without its port and final dot, which applications drop before they compare. */
function nameOf(read: string): string {
  return read.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}

function isJudged(sent: string, host: string): boolean {
  const policies = loadPolicies({
    version: 1,
    sources: [{ name: 'web', cookie: 'sid', opening: 'registered' }],
    policies: [
      { name: 'strict', match: [{ host }], idle: '5m', absolute: '1h' },
      { name: 'lax', match: [{ host: '*.example.com' }], session: 'optional', ...LAX },
      { name: 'default', ...LAX },
    ],
  });
  const { policy } = selected(policies, requestFacts('/', { host: sent }));
  return policy.idleTimeoutMs === 5 * 60_000 && policy.session === 'required';
}
