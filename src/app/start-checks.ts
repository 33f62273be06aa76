import { hash } from 'node:crypto';
import type { CheckHandler } from '../authz/check-call.ts';
import { createCheckHandler } from '../authz/check-handler.ts';
import type { TokenVerifier } from '../authz/token-verifier.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { monotonicMs } from '../process/clock.ts';
import type { ProcessConfig } from '../settings/process-config.ts';
import type { OpenedStore } from '../store/opened-store.ts';
import type { FollowedPolicies } from './follow-policies.ts';
import type { Shell } from './shell.ts';
import type { StartedLeases } from './start-leases.ts';

/** How often the log says how many lines it has left out. */
const SUMMARY_MS = 10_000;

/** Creates the handler of all checks. */
export function startChecks(
  config: ProcessConfig,
  { lifecycle, telemetry }: Shell,
  parts: {
    readonly keys: KeyRing;
    readonly policies: FollowedPolicies;
    readonly tokens: TokenVerifier;
    readonly opened: Pick<OpenedStore, 'store' | 'directory' | 'capabilities'>;
    readonly leases: Pick<StartedLeases, 'around'>;
  },
): CheckHandler {
  const summary = setInterval(() => telemetry.summarize(), SUMMARY_MS);
  lifecycle.opened('summary', () => {
    clearInterval(summary);
    telemetry.summarize();
  });
  telemetry.inFlightMax(config.inFlightMax);
  const { store, directory } = telemetry.traced(parts.opened, config.store);
  return createCheckHandler({
    policies: () => parts.policies.current.policies,
    namesOf: (source, credential) => parts.keys.namesOf(source, credential),
    subjectNamesOf: (subject) => parts.keys.subjectNamesOf(subject),
    whyKeysIncomplete: () => parts.keys.whyIncomplete(),
    hash: (text) => hash('sha256', text, 'base64url'),
    tokens: parts.tokens,
    store: parts.leases.around(store),
    directory,
    areSubjectsNoted: () => parts.opened.capabilities.allCan('subjects'),
    observer: telemetry.checks,
    clock: { monotonicMs, wallMs: Date.now },
    inFlightMax: config.inFlightMax,
    decisionBudgetMs: config.decisionBudgetMs,
  });
}
