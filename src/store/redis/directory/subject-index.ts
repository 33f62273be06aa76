import type {
  EnterOutcome,
  EnterRequest,
  SubjectEntry,
  SubjectPage,
  SubjectPageRequest,
} from '../../../session/session-directory.ts';
import type { SessionKey } from '../../../session/session-key.ts';
import type { SubjectKey } from '../../../session/subject-key.ts';
import { integerOf, pairsOf, textsOf } from '../read-reply.ts';
import { durationWord, milliseconds } from '../script-words.ts';
import type { ScriptRunner } from '../connection/script-runner.ts';
import { partitionOfSubject } from '../store-keys.ts';
import { entryOf, indexOf, isOf, memberOf, prefixOf, scoreOf } from './index-entry.ts';

const ENTER_WORDS = ['entered', 'locked', 'before'] as const;
/** Entries that are taken out with one command. */
const LEAVE_MAX = 500;

/** The sessions of each subject, in Redis. */
export class SubjectIndex {
  readonly #connection: ScriptRunner;

  constructor(connection: ScriptRunner) {
    this.#connection = connection;
  }

  async enter(request: EnterRequest): Promise<EnterOutcome> {
    const { subject, session, loginAtMs, retentionMs } = request;
    const keys = [indexOf(subject), partitionOfSubject(subject).marks(subject)];
    const args = [
      memberOf(subject, session),
      String(prefixOf(subject)),
      durationWord(loginAtMs === undefined ? undefined : Math.trunc(loginAtMs)),
      milliseconds(retentionMs),
    ];
    const { word, words } = await this.#connection.run('enter', keys, args, ENTER_WORDS);
    switch (word) {
      case 'entered':
        return { kind: word };
      case 'locked':
        return { kind: word, untilMs: words[0] === 'forever' ? words[0] : integerOf(words[0]) };
      case 'before':
        return { kind: word, endedAtMs: integerOf(words[0]) };
      default:
        return word satisfies never;
    }
  }

  async page(subject: SubjectKey, { after, limit }: SubjectPageRequest): Promise<SubjectPage> {
    const entries: SubjectEntry[] = [];
    const from = scoreOf(subject, after?.enteredAtMs ?? Infinity);
    const until = scoreOf(subject, 0);
    // A step finds fewer if other subjects have scores nearby, or entries entered with `after`.
    const step = limit + 1;
    for (let offset = 0, isMore = true; isMore && entries.length <= limit; offset += step) {
      const range = ['BYSCORE', 'REV', 'LIMIT', `${offset}`, `${step}`, 'WITHSCORES'];
      // oxlint-disable-next-line no-await-in-loop -- nearly always once
      const page = await this.#connection.read('ZRANGE', indexOf(subject), from, until, ...range);
      const found = pairsOf(textsOf(page));
      for (const [member, score] of found) {
        const entry = entryOf(member, score);
        if (isOf(subject, member) && isAfter(entry, after)) entries.push(entry);
      }
      isMore = found.length === step;
    }
    return { entries: entries.slice(0, limit), more: entries.length > limit };
  }

  async leave(subject: SubjectKey, keys: readonly SessionKey[]): Promise<void> {
    const members = keys.map((key) => memberOf(subject, key));
    for (let from = 0; from < members.length; from += LEAVE_MAX) {
      const some = members.slice(from, from + LEAVE_MAX);
      // oxlint-disable-next-line no-await-in-loop -- one after the other, to leave room for checks
      await this.#connection.read('ZREM', indexOf(subject), ...some);
    }
  }
}

/** Entries of the same instant are sorted by their keys, the last one first. */
function isAfter(entry: SubjectEntry, after: SubjectEntry | undefined): boolean {
  if (after === undefined || entry.enteredAtMs !== after.enteredAtMs) return true;
  return entry.key < after.key;
}
