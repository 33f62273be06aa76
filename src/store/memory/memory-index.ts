import type { SessionKey } from '../../session/session-key.ts';
import type {
  SubjectEntry,
  SubjectPage,
  SubjectPageRequest,
} from '../../session/session-directory.ts';
import { StoreOverloaded } from '../../session/session-store.ts';
import type { SubjectKey } from '../../session/subject-key.ts';

/** The sessions of each subject, in memory. */
export class MemoryIndex {
  readonly #entriesMax: number;
  readonly #subjects = new Map<SubjectKey, Map<SessionKey, SubjectEntry>>();
  #size = 0;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  /** @throws {StoreOverloaded} at the maximum of entries */
  add(subject: SubjectKey, entry: SubjectEntry): void {
    const entries = this.#subjects.get(subject) ?? new Map<SessionKey, SubjectEntry>();
    if (!entries.has(entry.key)) {
      if (this.#size >= this.#entriesMax) {
        throw new StoreOverloaded(`the memory store holds ${this.#entriesMax} entries of subjects`);
      }
      this.#size += 1;
    }
    entries.set(entry.key, entry);
    this.#subjects.set(subject, entries);
  }

  find(subject: SubjectKey, session: SessionKey): SubjectEntry | undefined {
    return this.#subjects.get(subject)?.get(session);
  }

  remove(subject: SubjectKey, session: SessionKey): void {
    const entries = this.#subjects.get(subject);
    if (entries === undefined || !entries.delete(session)) return;
    this.#size -= 1;
    if (entries.size === 0) this.#subjects.delete(subject);
  }

  /** The entries of a subject, the newest first. */
  page(subject: SubjectKey, { after, limit }: SubjectPageRequest): SubjectPage {
    const sorted = [...(this.#subjects.get(subject)?.values() ?? [])].toSorted(newestFirst);
    const rest = after === undefined ? sorted : sorted.filter((one) => newestFirst(one, after) > 0);
    return { entries: rest.slice(0, limit), more: rest.length > limit };
  }

  /** When the last session of the subject entered. */
  newestAtMs(subject: SubjectKey): number | undefined {
    return this.page(subject, { limit: 1 }).entries[0]?.enteredAtMs;
  }

  /** All entries, with their subjects. */
  *all(): Generator<readonly [SubjectKey, SubjectEntry]> {
    for (const [subject, entries] of this.#subjects) {
      for (const entry of entries.values()) yield [subject, entry];
    }
  }

  clear(): void {
    this.#subjects.clear();
    this.#size = 0;
  }
}

function newestFirst(one: SubjectEntry, other: SubjectEntry): number {
  if (one.enteredAtMs !== other.enteredAtMs) return other.enteredAtMs - one.enteredAtMs;
  if (one.key === other.key) return 0;
  return one.key < other.key ? 1 : -1;
}
