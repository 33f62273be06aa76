import { createHash } from 'node:crypto';
import { parsePolicyFile } from '../../src/policy/parse-policy-file.ts';
import type { SessionKey } from '../../src/session/session-key.ts';
import type {
  EndRequest,
  OpenRequest,
  SessionStore,
  SourceRule,
} from '../../src/session/session-store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { eventually } from '../support/eventually.ts';
import { benchPolicy, credentialOf } from './workload.ts';

const AT_ONCE = 256;
const COMMAND_MAX_MS = 30_000; // we wait for it ourselves

/** Curfew's own store on a Redis, for what no request asks for. */
export async function openBenchStore(url: string): Promise<SessionStore> {
  const opened = await openStore(url, { clock: Date.now, commandTimeoutMs: COMMAND_MAX_MS });
  await eventually('connection to Redis', () => opened.inspect());
  return opened.store;
}

/** The source of the benchmark's policy file. */
export function benchSource(): SourceRule {
  const parsed = parsePolicyFile(benchPolicy(), 'bench.yaml');
  if (parsed.kind === 'problems') throw new Error(parsed.problems[0]?.message);
  const rule = parsed.policies.sourceRules.get('web');
  if (rule === undefined) throw new Error('no source web');
  return rule;
}

// Not the one of Curfew, which no credential leads to without its keys, but that of the rivals.
function keyOf(session: number): SessionKey {
  return createHash('sha256').update(credentialOf(session)).digest('base64url') as SessionKey;
}

/** Revokes a session. */
export function ending(session: number): EndRequest {
  return { key: keyOf(session), source: rule, by: 'revoked' };
}

/** Opens a session that began at that time. It lives on even if that is past its deadlines. */
export function opening(session: number, startedAtMs: number | undefined): OpenRequest {
  return {
    key: keyOf(session),
    source: rule,
    opening: 'first-use',
    startedAtMs,
    rule: {
      policy: 'default',
      idleTimeoutMs: 1_800_000,
      absoluteTimeoutMs: 43_200_000,
      onExpiry: 'keep',
      mode: 'observe',
      countsAsActivity: true,
    },
  };
}

const rule = benchSource();

/** Does the same for each session, many at once. */
export async function forSessions(
  count: number,
  work: (session: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- there are many lanes
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
