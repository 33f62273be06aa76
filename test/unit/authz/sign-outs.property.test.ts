import { expect } from 'chai';
import * as fc from 'fast-check';
import { DecisionPath } from '../../support/decision/decision-path.ts';
import { headersBehind } from '../../support/decision/lenient-application.ts';
import { factsOf } from '../../support/requests/judged-request.ts';
import type { Headers } from '../../support/requests/judged-request.ts';

// A model of the rule of requests that end sessions, from its sentences alone, compared with the
// whole decision path.

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env['RUNS'] ?? 1_000);

const HOST = 'app.example.com';
const LISTED = 'https://shop.example.com:8443';
const IDLE_MS = 300_000;

const policyFile = (burst: number, opening: string, mode: string): string => `
version: 1
openings: { per_second: 1, burst: ${burst} }
sources:
  - { name: web, cookie: sid, opening: ${opening}, credential_lifetime: 30d, touch_interval: 0s }
policies:
  - { name: out, match: [{ path: /logout }], ends_session: true, mode: ${mode}, cors_origins: ["${LISTED}"] }
  - { name: default, idle: 5m, absolute: 12h }
`;

type Before = 'never seen' | 'live' | 'past its limit' | 'ended' | 'without a credential';

interface Case {
  readonly before: Before;
  readonly opening: 'first-use' | 'registered';
  readonly mode: 'enforce' | 'observe';
  readonly isBudgetSpent: boolean;
  readonly site: string | undefined;
  readonly origin: string | undefined;
  readonly dest: string | undefined;
  readonly accept: string | undefined;
  readonly ahead: readonly [name: string, value: string] | undefined;
  readonly method: string;
}

const often = <T>(...values: readonly T[]): fc.Arbitrary<T | undefined> =>
  fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });

const anyCase: fc.Arbitrary<Case> = fc.record({
  before: fc.constantFrom<Before[]>(
    'never seen',
    'live',
    'past its limit',
    'ended',
    'without a credential',
  ),
  opening: fc.constantFrom('first-use', 'first-use', 'registered'),
  mode: fc.constantFrom('enforce', 'enforce', 'enforce', 'observe'),
  isBudgetSpent: fc.constantFrom(false, false, true),
  site: often('same-origin', 'none', 'same-site', 'cross-site', 'same-origin, cross-site', ''),
  origin: often(
    `https://${HOST}`,
    `https://${HOST}:444`,
    `http://${HOST.toUpperCase()}`,
    LISTED,
    'https://shop.example.com',
    `https://${HOST}.evil.test`,
    `https://${HOST}@evil.test`,
    `https://evil.test/?${HOST}`,
    'null',
    '',
  ),
  dest: often('document', 'empty', 'image', 'iframe'),
  accept: often('text/html,*/*;q=0.8', 'image/avif,image/webp,*/*;q=0.8', '*/*'),
  ahead: fc.option(
    fc.constantFrom<(readonly [string, string])[]>(
      ['sec-purpose', 'prefetch'],
      ['sec-purpose', 'prefetch;prerender'],
      ['purpose', 'prefetch'],
      ['x-moz', 'prefetch'],
      ['sec-purpose', 'something'],
    ),
    { nil: undefined, freq: 3 },
  ),
  method: fc.constantFrom('GET', 'POST', 'HEAD', 'DELETE'),
});

/** Whether a request asks for the end of its session, as the rule words it. */
function asksToEnd({ site, origin, dest, accept, ahead, mode }: Case): boolean {
  if (mode === 'observe') return false;
  if (ahead !== undefined && ahead[1] !== 'something') return false;
  if (dest === 'image') return false;
  if (dest === undefined && accept?.startsWith('image/') === true) return false;
  const isOwnSite = site === 'same-origin' || site === 'none';
  const owns = [`https://${HOST}`, `https://${HOST}:444`, `http://${HOST.toUpperCase()}`, LISTED];
  const isOwnOrigin = origin !== undefined && owns.includes(origin);
  return isOwnSite || isOwnOrigin || (site === undefined && origin === undefined);
}

interface Expected {
  /** What the check itself says. */
  readonly reason: string;
  /** Whether the application gets the credential. */
  readonly passesOn: boolean;
  /** What the next request with the credential is told. */
  readonly next: string;
}

function expected(wanted: Case): Expected {
  const { before, opening, isBudgetSpent, mode } = wanted;
  const ends = asksToEnd(wanted);
  const unseen = opening === 'first-use' ? 'ok' : 'unknown_session';
  switch (before) {
    case 'without a credential':
      return { reason: 'session_absent', passesOn: false, next: 'no_credential' };
    case 'live':
      return { reason: 'ok', passesOn: true, next: ends ? 'signed_out' : 'ok' };
    case 'past its limit':
      return { reason: 'ok', passesOn: true, next: ends ? 'signed_out' : 'idle_timeout' };
    case 'ended':
      return { reason: 'session_absent', passesOn: mode === 'observe', next: 'revoked' };
    case 'never seen': {
      const isNew = ends && opening === 'first-use';
      if (!isNew) return { reason: 'session_absent', passesOn: true, next: unseen };
      if (isBudgetSpent) return { reason: 'overloaded', passesOn: false, next: unseen };
      return { reason: 'ok', passesOn: true, next: 'signed_out' };
    }
    default:
      return before satisfies never;
  }
}

function headersOf({ site, origin, dest, accept, ahead }: Case): Headers {
  const headers = { 'sec-fetch-site': site, origin, 'sec-fetch-dest': dest, accept };
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries([...given, ...(ahead === undefined ? [] : [ahead])]);
}

describe(`a request that ends sessions, against a model (seed ${seed})`, function () {
  this.timeout(120_000);

  it('ends, passes and removes as the rule says, and nothing else', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(anyCase, async (wanted) => {
        const path = await pathBefore(wanted);
        const cookie = wanted.before === 'without a credential' ? 'theme=dark' : 'sid=abc';
        const { reply, observation } = await path.check(
          factsOf({
            path: '/logout',
            host: HOST,
            method: wanted.method,
            headers: { ...headersOf(wanted), cookie },
          }),
        );
        const { reason, passesOn, next } = expected(wanted);
        expect(observation.reason).to.equal(reason);
        expect(reply.kind).to.equal(reason === 'overloaded' ? 'none' : 'allow');
        if (reply.kind === 'allow') {
          const behind = headersBehind([{ name: 'cookie', value: cookie }], reply);
          expect(behind.some(({ value }) => value.includes('sid='))).to.equal(passesOn);
        }
        // The opening budget gives one back each second.
        path.clock.advance(1);
        const after = await path.check(factsOf({ path: '/', headers: { cookie } }));
        if (!(wanted.isBudgetSpent && next === 'ok' && wanted.before === 'never seen')) {
          expect(after.observation.reason, 'the next request').to.equal(next);
        }
        seen.set(`${wanted.before} ${next}`, (seen.get(`${wanted.before} ${next}`) ?? 0) + 1);
      }),
      { seed, numRuns },
    );
    // Otherwise the run would have proved little. The rarest is expected some 20 times.
    for (const [before, next] of [
      ['live', 'signed_out'],
      ['live', 'ok'],
      ['past its limit', 'signed_out'],
      ['past its limit', 'idle_timeout'],
      ['never seen', 'signed_out'],
      ['never seen', 'unknown_session'],
      ['ended', 'revoked'],
    ]) {
      expect(seen.get(`${before} ${next}`), `${before}, then ${next}`).to.be.above(0);
    }
  });
});

/** The decision path, with the session and the opening budget as the case has them. */
async function pathBefore({ before, opening, mode, isBudgetSpent }: Case): Promise<DecisionPath> {
  const path = new DecisionPath(policyFile(1, opening, mode));
  if (before === 'live' || before === 'past its limit' || before === 'ended') {
    await path.register('web', 'abc');
  }
  if (before === 'past its limit') path.clock.advance(IDLE_MS);
  if (before === 'ended') await path.revoke('web', 'abc');
  if (isBudgetSpent) await path.check(factsOf({ path: '/', headers: { cookie: 'sid=spent' } }));
  return path;
}
