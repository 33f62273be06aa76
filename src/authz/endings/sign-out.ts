import { identifySource } from '../../identity/identify-source.ts';
import type { Identification } from '../../identity/identification.ts';
import type { PreparedSelection } from '../../policy/selection/prepared-selection.ts';
import type { EndOutcome } from '../../session/end-request.ts';
import type { TouchOutcome } from '../../session/touch-outcome.ts';
import type { SessionEnding } from '../../terms/effective-policy.ts';
import type { Source } from '../../terms/source.ts';
import type { Allow } from '../../verdict/verdict.ts';
import { withinDeadline } from '../call-budget.ts';
import type { CheckTools } from '../check-tools.ts';
import { lateKeys } from '../check-faults.ts';
import type { CheckRun } from '../check-run.ts';
import { EndingCredential } from './ending-credential.ts';
import { whyNoEnd } from './ending-rights.ts';
import { lookUp } from '../look-up.ts';
import { NamedCheck } from '../named-check.ts';
import { presented, proveToken, type ProvenCredential } from '../prove-credential.ts';
import type { CredentialsFate } from '../strip-unjudged.ts';

/** What one credential was before the request. */
interface Presented {
  readonly credential: string;
  /**
   * `live`: its session was, or it was one that nothing knew and that has left a tombstone. `over`:
   * its session had ended before. `unknown`: it names no session.
   */
  readonly state: 'live' | 'over' | 'unknown';
}

/** The ends that a request may ask for: not every request that such a policy matches ends sessions. */
export function allowedEndings({ facts, selection }: CheckRun): readonly SessionEnding[] {
  const { endings } = selection ?? { endings: [] };
  return endings.filter((ending) => whyNoEnd(facts, ending) === undefined);
}

/**
 * Ends the sessions of a request that another policy judges, because some reading of it is for a
 * policy with `ends_session`.
 */
export async function endBeside(
  deps: CheckTools,
  run: CheckRun,
  endings: readonly SessionEnding[],
): Promise<void> {
  await Promise.all(
    run.policies.sources.map(async (source) => {
      const policy = endingPolicy(endings, source);
      if (policy === undefined) return;
      const proven = await provenOf(deps, run, identifySource(source, run.facts));
      await Promise.all(proven.map((each) => new EndingCredential(run, each, policy).end(deps)));
    }),
  );
}

/**
 * Judges a request by a policy with `ends_session`. It always passes, and ends the session of each
 * credential that it may end. Each source is read by itself: credentials that contradict each other
 * all sign out. A credential stays on the request, unless its session had ended before.
 */
export async function signOut(
  deps: CheckTools,
  run: CheckRun,
  selection: PreparedSelection,
): Promise<Allow> {
  const found = selection.admittedSources
    .map((source) => ({ source, identification: identifySource(source, run.facts) }))
    .filter(({ identification }) => identification.kind !== 'absent');
  run.source = found[0]?.source;
  const endings = allowedEndings(run);
  const all = await Promise.all(
    found.map(async ({ identification }) => {
      const proven = await provenOf(deps, run, identification);
      return Promise.all(
        proven.map(async (each): Promise<Presented> => {
          const policy = endingPolicy(endings, each.source);
          const state =
            policy === undefined
              ? stateNow(await lookUp(deps, new NamedCheck(run, selection, each)))
              : stateBefore(await new EndingCredential(run, each, policy).end(deps));
          return { credential: each.credential, state };
        }),
      );
    }),
  );
  run.credentials = fateOf(all);
  const wasLive = all.flat().some(({ state }) => state === 'live');
  return { kind: 'allow', reason: wasLive ? 'ok' : 'session_absent' };
}

/** The policy that ends the sessions of a source; `undefined`: none does. */
function endingPolicy(endings: readonly SessionEnding[], { name }: Source): string | undefined {
  return endings.find(({ sources }) => sources.has(name))?.policy;
}

/** The credentials that name a session: a malformed or invalid one ends nothing. */
async function provenOf(
  deps: CheckTools,
  run: CheckRun,
  found: Identification,
): Promise<readonly ProvenCredential[]> {
  switch (found.kind) {
    case 'absent':
    case 'malformed':
    case 'ambiguous':
      return [];
    case 'found':
      return [presented(found)];
    case 'several':
      return found.values.map(({ credential }) => presented({ source: found.source, credential }));
    case 'token':
    case 'payload': {
      const proof = proveToken(deps, found);
      const { monotonicMs } = deps.clock;
      const proven =
        proof instanceof Promise
          ? await withinDeadline(proof, run.deadlineAtMs, monotonicMs, lateKeys)
          : proof;
      return proven.kind === 'proven' ? [proven] : [];
    }
    default:
      return found satisfies never;
  }
}

function stateBefore(outcome: EndOutcome): Presented['state'] {
  switch (outcome.kind) {
    case 'ended':
      return 'live';
    case 'already':
      return 'over';
    case 'unknown':
      return 'unknown';
    default:
      return outcome satisfies never;
  }
}

/** The policy has no limits, so that a look finds none reached. */
function stateNow(outcome: TouchOutcome): Presented['state'] {
  switch (outcome.kind) {
    case 'live':
    case 'expired':
      return 'live';
    case 'ended':
      return 'over';
    case 'unknown':
      return 'unknown';
    default:
      return outcome satisfies never;
  }
}

/** @param all the credentials of each source that found something, in file order */
function fateOf(all: readonly (readonly Presented[])[]): CredentialsFate {
  const areAllOver = (some: readonly Presented[]): boolean =>
    some.length > 0 && some.every(({ state }) => state === 'over');
  if (all.length > 0 && all.every(areAllOver)) return 'removed';
  const [values = []] = all;
  const over = values.filter(({ state }) => state === 'over');
  // Of several sources all credentials stay, as long as one does.
  if (all.length > 1 || over.length === 0) return 'kept';
  return new Set(over.map(({ credential }) => credential));
}
