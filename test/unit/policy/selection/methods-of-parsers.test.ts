import { expect } from 'chai';
import { loadPolicies } from '../../../../src/policy/loaded-policies.ts';
import type { RequestFacts } from '../../../../src/terms/request-facts.ts';
import type { SentAndRead } from '../../../support/readings/parser-tables.ts';
import { parserTables } from '../../../support/readings/parser-tables.ts';
import { selected } from '../policies-of.ts';
import { requestFacts } from '../request-facts.ts';

// Each row says that a real application takes a request for one of this method. If the policy file
// names that method, its policy must judge the request.

const LAX = { idle: '2h', absolute: '20h' } as const;

describe('the policy of a method that a real application reads', () => {
  for (const { parser, version, methods } of parserTables()) {
    it(`judges the request: ${parser} (${version})`, () => {
      const rows = methods.filter(isVisible);
      expect(rows).not.to.be.empty;
      expect(rows.filter((row) => !isJudged(row))).to.deep.equal([]);
    });
  }

  it('does not judge a request of another method', () => {
    expect(isJudged({ sent: 'POST', read: 'DELETE' })).to.equal(false);
  });
});

/** Envoy sends no body with the question. */
function isVisible({ sent }: SentAndRead): boolean {
  return !sent.includes('body:');
}

function isJudged({ sent, read }: SentAndRead): boolean {
  const policies = loadPolicies({
    version: 1,
    sources: [{ name: 'web', cookie: 'sid', opening: 'registered' }],
    policies: [
      // A file lists methods in capitals.
      { name: 'strict', match: [{ methods: [read.toUpperCase()] }], idle: '5m', absolute: '1h' },
      { name: 'default', ...LAX },
    ],
  });
  return selected(policies, requestOf(sent)).policy.idleTimeoutMs === 5 * 60_000;
}

/** `POST`, `POST x-http-method-override=DELETE` or `POST ?_method=DELETE`. */
function requestOf(sent: string): RequestFacts {
  const [method = '', more = ''] = sent.split(' ');
  if (more.startsWith('?')) return requestFacts(`/${more}`, { method });
  const [name = '', value = ''] = more.split('=');
  return requestFacts('/', { method, headers: name === '' ? [] : [{ name, value }] });
}
