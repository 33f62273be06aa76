import type { Registry } from 'prom-client';
import type {
  CheckObservation,
  CheckObserver,
  CredentialCause,
} from '../../authz/check-observer.ts';
import type { SubjectFault } from '../../terms/subject-fault.ts';
import { UNKNOWN_LABEL } from './check-metrics.ts';
import { Tally } from './tally.ts';
import type { TallyCell } from './tally.ts';

type Cause = CredentialCause | SubjectFault;
type Causes = Tally<'source' | 'cause'>;
/** The series of one source in one family. */
type SourceCells = Map<Cause, TallyCell>;

/**
 * Why credentials are refused before a session is looked up, and why subjects are ignored, by source
 * and cause.
 */
export class CredentialMetrics implements CheckObserver {
  readonly #invalidTokens: Causes;
  readonly #malformed: Causes;
  readonly #ignoredSubjects: Causes;
  readonly #cells = new Map<Causes, Map<string, SourceCells>>();

  constructor(registry: Registry) {
    this.#invalidTokens = new Tally(registry, {
      name: 'curfew_invalid_tokens_total',
      help: 'Tokens that were found invalid, by the source that read them and by the cause.',
      labelNames: ['source', 'cause'],
    });
    this.#malformed = new Tally(registry, {
      name: 'curfew_malformed_credentials_total',
      help: 'Credentials that were found malformed, by the source that read them and by the cause.',
      labelNames: ['source', 'cause'],
    });
    this.#ignoredSubjects = new Tally(registry, {
      name: 'curfew_subjects_ignored_total',
      help: 'Requests whose subject was ignored, because their session is that of another one, or because it is not a name.',
      labelNames: ['source', 'cause'],
    });
    this.keepSources([]);
  }

  /** The sources in use. Series of all others end, and late checks of those count as `unknown`. */
  keepSources(names: readonly string[]): void {
    const kept = [...names, UNKNOWN_LABEL];
    for (const family of [this.#invalidTokens, this.#malformed, this.#ignoredSubjects]) {
      const before = this.#cells.get(family) ?? new Map<string, SourceCells>();
      this.#cells.set(family, new Map(kept.map((name) => [name, before.get(name) ?? new Map()])));
      for (const [name, cells] of before) {
        if (kept.includes(name)) continue;
        for (const cell of cells.values()) family.remove(cell);
      }
    }
  }

  checked({ reason, source, cause, subjectFault }: CheckObservation): void {
    if (subjectFault !== undefined) this.#count(this.#ignoredSubjects, source, subjectFault);
    if (cause === undefined) return;
    this.#count(reason === 'invalid_token' ? this.#invalidTokens : this.#malformed, source, cause);
  }

  #count(family: Causes, named: string | undefined, cause: Cause): void {
    const sources = this.#cells.get(family);
    const source = named !== undefined && sources?.has(named) === true ? named : UNKNOWN_LABEL;
    const cells = sources?.get(source);
    if (cells === undefined) return;
    const cell = cells.get(cause) ?? family.cell({ source, cause });
    cells.set(cause, cell);
    cell.count += 1;
  }
}
