import type { CheckObservation, CheckObserver } from '../../authz/check-observer.ts';
import type { PolicySet } from '../../policy/selection/policy-set.ts';
import { whereOf } from '../../terms/source-kind.ts';
import type { Source } from '../../terms/source.ts';
import type { Log } from './log.ts';

/** From so many checks without a credential on, the source is probably misconfigured. */
const CHECKS_WITHOUT_MAX = 1_000;
/** Openings are judged over so many checks that found a session, or opened one. */
const WINDOW_CHECKS = 1_000;
/** From so many openings in a window on, a source changes; below half, it no longer does. */
const OPENINGS_MIN = 900;

/** What is known about the credentials of one source. */
interface SourceState {
  readonly source: Source;
  readonly place: string;
  isSeen: boolean;
  checksWithout: number;
  hasRefusedIssuer: boolean;
  isChanging: boolean;
  windowChecks: number;
  windowOpenings: number;
}

/**
 * Logs what a source's checks say about its configuration: a credential that never arrives, a value
 * that changes with each response, tokens of another issuer. Each once, until the source changes or,
 * for values that change, recovers.
 */
export class SourceLog implements CheckObserver {
  readonly #log: Log;
  #sources: ReadonlyMap<string, SourceState> = new Map();
  /** The sources that each policy admits, by its name. */
  #admitted: ReadonlyMap<string, readonly SourceState[]> = new Map();

  constructor(log: Log) {
    this.#log = log;
  }

  /** A version of the policy file is in use. */
  policiesLoaded({ sources, policies }: PolicySet): void {
    const states = sources.map((source) => {
      const known = this.#sources.get(source.name);
      const place = JSON.stringify(source.place);
      return known?.place === place ? { ...known, source } : unseen(source, place);
    });
    this.#sources = new Map(states.map((state) => [state.source.name, state]));
    this.#admitted = new Map(
      policies
        .filter(({ session }) => session === 'required' || session === 'optional')
        .map((policy) => [
          policy.name,
          states.filter(({ source }) => policy.sources.has(source.name)),
        ]),
    );
  }

  checked(observation: CheckObservation): void {
    const { verdict, reason, policy = '', source = '' } = observation;
    if (verdict === 'none' || reason === 'preflight') return;
    const found = this.#sources.get(source);
    if (found !== undefined) {
      found.isSeen = true;
      this.#judgeIssuer(found, observation);
      this.#judgeOpening(found, observation);
    }
    for (const state of this.#admitted.get(policy) ?? []) {
      if (!state.isSeen) this.#missed(state);
    }
  }

  #missed(state: SourceState): void {
    state.checksWithout += 1;
    if (state.checksWithout !== CHECKS_WITHOUT_MAX) return;
    const { name, place } = state.source;
    this.#log.warn(
      {
        event: 'source_never_seen',
        source: name,
        place: whereOf(place),
        checks: CHECKS_WITHOUT_MAX,
      },
      'no check has had a credential of this source yet; is its place written as clients send it?',
    );
  }

  #judgeIssuer(state: SourceState, { cause }: CheckObservation): void {
    const { name, place } = state.source;
    if (cause !== 'issuer' || state.hasRefusedIssuer || place.kind !== 'jwt') return;
    state.hasRefusedIssuer = true;
    this.#log.info(
      { event: 'token_issuer_refused', source: name, issuer: place.issuer },
      'a token was refused because its issuer is not exactly the one of the source',
    );
  }

  #judgeOpening(state: SourceState, { outcome }: CheckObservation): void {
    if (outcome?.kind !== 'live' && outcome?.kind !== 'expired') return;
    state.windowChecks += 1;
    if (outcome.opened) state.windowOpenings += 1;
    if (state.windowChecks < WINDOW_CHECKS) return;
    const openings = state.windowOpenings;
    state.windowChecks = 0;
    state.windowOpenings = 0;
    if (openings < OPENINGS_MIN / 2) state.isChanging = false;
    if (openings < OPENINGS_MIN || state.isChanging) return;
    state.isChanging = true;
    this.#log.warn(
      { event: 'source_changes', source: state.source.name, checks: WINDOW_CHECKS, openings },
      'nearly each check of this source opens a session: its value changes, or clients do not keep it',
    );
  }
}

function unseen(source: Source, place: string): SourceState {
  return {
    source,
    place,
    isSeen: false,
    checksWithout: 0,
    hasRefusedIssuer: false,
    isChanging: false,
    windowChecks: 0,
    windowOpenings: 0,
  };
}
