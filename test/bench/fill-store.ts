import { createHash } from 'node:crypto';
import { parsePolicyFile } from '../../src/policy/parse-policy-file.ts';
import type { SessionKey } from '../../src/session/session-key.ts';
import type { EndRequest } from '../../src/session/end-request.ts';
import type { OpenRequest, SourceRule } from '../../src/session/session-store.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { OpenedStore } from '../../src/store/opened-store.ts';
import { SUBJECT_KEY_LENGTH } from '../../src/session/subject-key.ts';
import type { SubjectKey } from '../../src/session/subject-key.ts';
import { locationOf } from '../support/store/location-of.ts';
import { announceAs } from '../support/store/store-world.ts';
import { eventually } from '../support/time/eventually.ts';
import { benchPolicy, credentialOf } from './workload.ts';

const AT_ONCE = 256;
const ANNOUNCED_EVERY_MS = 10_000;
const COMMAND_MAX_MS = 30_000; // we wait for it ourselves

/** Without a server key to announce it is no replica: a real Curfew beside it would miss that key. */
export type Announced = { readonly fingerprint: string } | 'nothing';

/** For a Redis without a real Curfew. */
export const ALONE: Announced = { fingerprint: 'key' };

/**
 * Curfew's own store on a Redis, for operations that no request causes.
 *
 * @param announced the server key of a real Curfew that is to agree with it. Without one, nothing is
 *   written that earlier versions cannot read, such as subjects
 */
export async function openBenchStore(url: string, announced: Announced): Promise<OpenedStore> {
  const opened = await openStore(locationOf(url), {
    clock: Date.now,
    commandTimeoutMs: COMMAND_MAX_MS,
  });
  await eventually('connection to Redis', () => opened.inspect());
  if (announced === 'nothing') return opened;
  await announceAs(announced.fingerprint, opened);
  // An announcement is valid for 45 seconds. Without a valid one no subject is written.
  const timer = setInterval(
    () => void announceAs(announced.fingerprint, opened),
    ANNOUNCED_EVERY_MS,
  );
  return {
    ...opened,
    close: async () => {
      clearInterval(timer);
      await opened.close();
    },
  };
}

/** The source of the benchmark's policy file. */
export function benchSource(): SourceRule {
  const parsed = parsePolicyFile(benchPolicy(), 'bench.yaml');
  if (parsed.kind === 'problems') throw new Error(parsed.problems[0]?.message);
  const rule = parsed.policies.sourceRules.get('web');
  if (rule === undefined) throw new Error('no source web');
  return rule;
}

// The session of the rivals, not of Curfew, whose names need its server keys.
function keyOf(session: number): SessionKey {
  return createHash('sha256').update(credentialOf(session)).digest('base64url') as SessionKey;
}

/** The subject with this number. */
export function subjectOf(subject: number): SubjectKey {
  const name = createHash('sha256').update(`subject ${subject}`).digest('base64url');
  return name.slice(0, SUBJECT_KEY_LENGTH) as SubjectKey;
}

/** Opens a session of a subject, as a check does. */
export async function openFor(
  { store, directory }: Pick<OpenedStore, 'store' | 'directory'>,
  session: number,
  subject: SubjectKey,
): Promise<void> {
  const request = opening(session, undefined);
  await directory.enter({ subject, session: request.key, retentionMs: rule.retentionMs });
  await store.open({ ...request, subject });
}

/** Revokes a session. */
export function ending(session: number): EndRequest {
  return { key: keyOf(session), source: rule, by: 'revoked' };
}

/** Opens a session that began at that time. It stays live even if its deadlines have passed. */
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
      maxStalenessMs: 0,
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
