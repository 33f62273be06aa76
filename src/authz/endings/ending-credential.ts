import { tagOf, type SessionKey, type SessionNames } from '../../session/session-key.ts';
import type { EndOutcome, EndRequest } from '../../session/end-request.ts';
import type { SourceRule } from '../../session/session-store.ts';
import type { Source } from '../../terms/source.ts';
import { findUnderOlderKeys, type StoredCredential } from '../ask-store.ts';
import { OpeningsAtLimit } from '../check-faults.ts';
import type { CheckRun } from '../check-run.ts';
import { assertKeysComplete, settledName, type FindDependencies } from '../find-unknown.ts';
import type { ProvenCredential } from '../prove-credential.ts';

/** A credential whose session a request ends, whatever its limits are. */
export class EndingCredential implements StoredCredential {
  readonly run: CheckRun;
  readonly source: Source;
  readonly names: SessionNames;
  readonly #rule: SourceRule;
  readonly #policy: string;

  /** @param policy the name of the policy that ends it */
  constructor(run: CheckRun, proven: ProvenCredential, policy: string) {
    const rule = run.policies.sourceRules.get(proven.source.name);
    if (rule === undefined) throw new Error(`source ${proven.source.name} has no rule`);
    this.run = run;
    this.source = proven.source;
    this.names = run.name(proven);
    this.#rule = rule;
    this.#policy = policy;
    run.tag ??= tagOf(this.names.key);
  }

  isStoredAs(key: SessionKey): void {
    const isJudged = this.run.tag === tagOf(this.names.key);
    if (isJudged) this.run.tag = tagOf(key);
  }

  /**
   * Ends the session under whichever key it is stored. A credential that is unknown under all keys
   * leaves a tombstone if it would open a session on first use, and spends the opening budget.
   * @throws {OpeningsAtLimit} when no more may be opened now
   * @throws {ServerKeysIncomplete} when it may be known under a key that this replica lacks
   * @throws {CheckAbandoned} or {StoreUnavailable} when the answer is not awaited any more
   */
  async end(deps: FindDependencies): Promise<EndOutcome> {
    const { store, openings } = deps;
    const { run, names, source } = this;
    const end = (key: SessionKey): Promise<EndOutcome> => store.end(this.#requestOf(key, 'leave'));
    run.assertAwaited();
    const outcome = await end(names.key);
    if (outcome.kind !== 'unknown') return outcome;
    const known = await findUnderOlderKeys(this, end);
    if (known !== undefined) return known;
    assertKeysComplete(deps);
    if (source.opening !== 'first-use') return outcome;
    run.assertAwaited();
    if (!openings.take(run.policies.settings)) throw new OpeningsAtLimit();
    const { name: key } = await settledName(store, this, names.olderKeys());
    this.isStoredAs(key);
    return store.end(this.#requestOf(key, 'tombstone'));
  }

  #requestOf(key: SessionKey, unknown: 'leave' | 'tombstone'): EndRequest {
    const { facts, trace } = this.run;
    const policy = this.#policy;
    return { key, source: this.#rule, by: 'signed_out', unknown, policy, facts, trace };
  }
}
