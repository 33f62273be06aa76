import { subjectInHeader } from '../../identity/named-subject.ts';
import type { SessionKey } from '../../session/session-key.ts';
import type { SubjectNames } from '../../session/subject-key.ts';
import { oneHeaderLine } from '../../terms/header-lines.ts';
import type { RequestFacts } from '../../terms/request-facts.ts';
import type { CheckRun } from '../check-run.ts';
import type { ProvenCredential } from '../prove-credential.ts';

/** What stands where the subject should: several lines, which name none. */
const SEVERAL = '\u0000';

/**
 * What the request says of its subject, as it was sent: enough to compare it with what was known
 * before. `undefined`: nothing.
 */
export function sentSubject(
  facts: RequestFacts,
  { source, subject }: ProvenCredential,
): string | undefined {
  const { subjectHeader } = source;
  if (subjectHeader === undefined) {
    if (subject.kind === 'absent') return undefined;
    return subject.kind === 'named' ? subject.name : SEVERAL;
  }
  const line = oneHeaderLine(facts, subjectHeader);
  if (line.kind === 'absent') return undefined;
  return line.kind === 'line' ? line.sent : SEVERAL;
}

/** The subject that the request of a check names. */
export class CheckSubject {
  /** How the store knows it. */
  readonly names: SubjectNames;
  readonly #run: CheckRun;
  readonly #session: SessionKey;
  readonly #name: string;
  readonly #sent: string;

  /**
   * @param session the session's name by the key that is written with
   * @param sent the name as it was sent
   */
  constructor(run: CheckRun, session: SessionKey, name: string, sent: string) {
    this.#run = run;
    this.#session = session;
    this.#name = name;
    this.#sent = sent;
    this.names = run.tools.subjectNamesOf(name);
  }

  /** In clear, if the store is to keep it. */
  get storedName(): string | undefined {
    return this.#run.policies.settings.subjectNames === 'clear' ? this.#name : undefined;
  }

  /** Notes that the store need not be asked again soon whose session it is. */
  isSettled(): void {
    const { tools, startedAtMs } = this.#run;
    tools.knownSubjects.note(this.#session, this.#sent, startedAtMs);
  }
}

/** The subject that a request names, if what was sent is a name. */
export function subjectOf(
  run: CheckRun,
  session: SessionKey,
  { source, subject }: ProvenCredential,
  sent: string,
): CheckSubject | undefined {
  const { subjectHeader } = source;
  const named = subjectHeader === undefined ? subject : subjectInHeader(run.facts, subjectHeader);
  switch (named.kind) {
    case 'named':
      return new CheckSubject(run, session, named.name, sent);
    case 'unusable':
      run.subjectFault = 'unusable';
      return undefined;
    case 'absent':
      return undefined;
    default:
      return named satisfies never;
  }
}
