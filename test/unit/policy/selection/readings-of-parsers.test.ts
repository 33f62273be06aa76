import { expect } from 'chai';
import type { LoadedPolicies } from '../../../../src/policy/loaded-policies.ts';
import { loadPolicies } from '../../../../src/policy/loaded-policies.ts';
import type { PolicyEntry } from '../../../../src/policy/file/policy-file.ts';
import { guardsOf } from '../../../support/readings/page-guards.ts';
import type { ServedTarget } from '../../../support/readings/parser-tables.ts';
import { parserTables } from '../../../support/readings/parser-tables.ts';
import { selected } from '../policies-of.ts';
import { requestFacts } from '../request-facts.ts';

// Each row says that a real server takes a request target for a page. However the policy file writes
// the path of that page, its policy must judge the request.

const LAX = { idle: '2h', absolute: '20h' } as const;
const OTHERS: readonly PolicyEntry[] = [
  { name: 'public', match: [{ path: '/public/**' }], session: 'optional', ...LAX },
  { name: 'signin', match: [{ path: '/login' }], session: 'login' },
  { name: 'assets', match: [{ path: '/vault/logo.png' }], session: 'off' },
  { name: 'default', ...LAX },
];
const guarded = new Map<string, LoadedPolicies>();

describe('the policy of a page that a real server reads', function () {
  this.timeout(60_000);

  for (const { parser, version, served } of parserTables()) {
    it(`judges the request: ${parser} (${version})`, () => {
      expect(served).not.to.be.empty;
      expect(served.filter(isRead).flatMap(escapes)).to.deep.equal([]);
    });
  }

  it('does not judge a request for another page', () => {
    expect(isJudged('/admin/**', '/payments/42')).to.equal(false);
  });
});

/** For `/vault/` and a newline, one program names a page that the site does not have. */
function isRead({ page }: ServedTarget): boolean {
  return page !== '/vault/vault/';
}

/** The guards of a page that do not judge the target. */
function escapes({ target, page }: ServedTarget): readonly string[] {
  return guardsOf(page).flatMap((guard) =>
    isJudged(guard, target) ? [] : [`${target} is ${page}, which ${guard} guards`],
  );
}

function isJudged(guard: string, target: string): boolean {
  const { policy } = selected(policiesWith(guard), requestFacts(target));
  return policy.idleTimeoutMs === 5 * 60_000 && policy.session === 'required';
}

function policiesWith(guard: string): LoadedPolicies {
  const known = guarded.get(guard);
  if (known !== undefined) return known;
  const strict = { name: 'strict', match: [{ path: guard }], idle: '5m', absolute: '1h' };
  const loaded = loadPolicies({
    version: 1,
    sources: [{ name: 'web', cookie: 'sid', opening: 'registered' }],
    policies: [strict, ...OTHERS],
  });
  guarded.set(guard, loaded);
  return loaded;
}
