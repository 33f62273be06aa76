import { hash } from 'node:crypto';
import type { AdminDependencies } from '../admin/admin-dependencies.ts';
import type { StoreStatus } from '../admin/replica-status.ts';
import type { TokenVerifier } from '../authz/token-verifier.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { StoreUnavailable } from '../session/session-store.ts';
import type { OpenedStore } from '../store/opened-store.ts';
import { finishSubjectEnd } from '../store/subjects/finish-subject-end.ts';
import type { FollowedPolicies } from './follow-policies.ts';
import { stalenessMaxMs } from './start-leases.ts';
import type { StartedLeases } from './start-leases.ts';

export interface AdminSources {
  readonly opened: OpenedStore;
  readonly leases: Pick<StartedLeases, 'administration'>;
  readonly tokens: TokenVerifier;
  readonly policies: FollowedPolicies;
  readonly keys: KeyRing;
}

/** What administration takes from the other parts of the process. */
export function adminParts({
  opened,
  leases,
  tokens,
  policies,
  keys,
}: AdminSources): Omit<
  AdminDependencies,
  'access' | 'observer' | 'version' | 'monotonicMs' | 'status'
> {
  const { capabilities } = opened;
  const { administration } = leases;
  return {
    policies: () => policies.current,
    administration,
    capabilities,
    enforcedWithinMs: () => (opened.ends === undefined ? 0 : stalenessMaxMs(policies)),
    finishSubjectEnd: (pending, options) => finishSubjectEnd(administration, pending, options),
    namesOf: (source, credential) => keys.namesOf(source, credential),
    subjectNamesOf: (subject) => keys.subjectNamesOf(subject),
    whyKeysIncomplete: () => keys.whyIncomplete(),
    seals: (purpose) => keys.signatures(`admin ${purpose}`),
    proof: {
      tokens,
      hash: (text) => hash('sha256', text, 'base64url'),
      clock: { wallMs: Date.now },
    },
    storeStatus: () => storeStatus(opened),
  };
}

async function storeStatus(opened: OpenedStore): Promise<StoreStatus | undefined> {
  try {
    const [inspection, replicas, sessions, installation] = await Promise.all([
      opened.inspect(),
      opened.replicas(),
      opened.directory.activeSessions(),
      opened.administration.installation.show(),
    ]);
    return { inspection, replicas, sessions, installation };
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
}
