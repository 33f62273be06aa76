import { hash } from 'node:crypto';
import type { CheckHandler } from '../authz/check-call.ts';
import { createCheckHandler } from '../authz/check-handler.ts';
import type { CheckObserver } from '../authz/check-observer.ts';
import type { TokenVerifier } from '../authz/token-verifier.ts';
import type { SessionStore } from '../session/session-store.ts';
import { CheckLog } from './check-log.ts';
import type { FollowedPolicies } from './follow-policies.ts';
import type { KeyRing } from './key-ring.ts';
import type { ProcessConfig } from './process-config.ts';
import { monotonicMs } from './shell.ts';
import type { Shell } from './shell.ts';

/** How often the log says what it has held back. */
const SUMMARY_MS = 10_000;

/** The handler of all checks, observed by metrics and log. */
export function startChecks(
  config: ProcessConfig,
  shell: Shell,
  parts: {
    readonly keys: KeyRing;
    readonly policies: FollowedPolicies;
    readonly tokens: TokenVerifier;
    readonly store: SessionStore;
  },
): CheckHandler {
  const { log, metrics, lifecycle, tracing } = shell;
  const checkLog = new CheckLog(log, monotonicMs);
  const summary = setInterval(() => checkLog.summarize(), SUMMARY_MS);
  lifecycle.opened('summary', () => {
    clearInterval(summary);
    checkLog.summarize();
  });
  const observer: CheckObserver = {
    checked: (observation) => {
      metrics.checked(observation);
      checkLog.checked(observation);
    },
  };
  metrics.inFlightMax(config.inFlightMax);
  return createCheckHandler({
    policies: () => parts.policies.current().policies,
    namesOf: (source, credential) => parts.keys.namesOf(source, credential),
    whyKeysIncomplete: () => parts.keys.whyIncomplete(),
    hash: (text) => hash('sha256', text, 'base64url'),
    tokens: parts.tokens,
    store: parts.store,
    observer: tracing === undefined ? observer : tracing.checks.toldWith(observer),
    clock: { monotonicMs, wallMs: Date.now },
    inFlightMax: config.inFlightMax,
    decisionBudgetMs: config.decisionBudgetMs,
  });
}
