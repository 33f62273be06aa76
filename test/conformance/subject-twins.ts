import type { PendingEnd, UnlockedSubject } from '../../src/session/session-directory.ts';
import type { SubjectKey } from '../../src/session/subject-key.ts';
import { keyOf, ruleWith, subjectOf } from '../support/store/store-requests.ts';
import type { StoreWorld } from '../support/store/store-world.ts';
import { touched } from '../support/store/touched.ts';
import type { PairedStores, Sides } from './paired-stores.ts';
import { SUBJECTS } from './subject-steps.ts';
import type { SubjectStep } from './subject-steps.ts';
import { minutes, SESSIONS } from './twins.ts';
import type { Twins } from './twins.ts';

// Not a whole number of minutes: see `minutes`.
const RETENTION_MS = minutes(1440);
const PAGE = 3;

/** Takes steps of subjects with both stores. */
export class SubjectTwins {
  readonly #pair: PairedStores;
  readonly #twins: Twins;
  readonly #sides: Sides<'store' | 'directory'>;

  /** @param sides other views of the same two stores */
  constructor(
    pair: PairedStores,
    twins: Twins,
    sides: Sides<'store' | 'directory'> = { redis: pair.redis, memory: pair.memory },
  ) {
    this.#pair = pair;
    this.#twins = twins;
    this.#sides = sides;
  }

  async take(next: SubjectStep): Promise<void> {
    const pair = this.#pair;
    const nowMs = await pair.redisNowMs();
    const ago = (count: number | undefined, shiftMs: number) =>
      count === undefined ? undefined : nowMs - minutes(count) + shiftMs;
    switch (next.do) {
      case 'enter': {
        const request = {
          subject: subjectOf(next.subject),
          session: keyOf(next.session),
          retentionMs: RETENTION_MS,
        };
        return pair.both(
          this.#sides,
          async ({ directory }, shiftMs) =>
            directory.enter({ ...request, loginAtMs: ago(next.loginMinutesAgo, shiftMs) }),
          async () => this.#enteredSince(nowMs, next),
        );
      }
      case 'open as': {
        const subject = next.subject === undefined ? undefined : subjectOf(next.subject);
        const hasLimits = (next.ownIdleMinutes ?? next.ownAbsoluteMinutes) !== undefined;
        const limit = (count: number | undefined) =>
          count === undefined ? undefined : minutes(count);
        const request = {
          ...this.#twins.sessionOf(next.session),
          rule: ruleWith(next.rule),
          opening: 'registered',
          startedAtMs: undefined,
          subject,
          subjectName: subject !== undefined && next.isNamed ? `${next.subject} Ü` : undefined,
          ownLimits: hasLimits
            ? {
                idleTimeoutMs: limit(next.ownIdleMinutes),
                absoluteTimeoutMs: limit(next.ownAbsoluteMinutes),
              }
            : undefined,
        } as const;
        return pair.both(this.#sides, async ({ store }) => store.open(request));
      }
      case 'touch as': {
        const subject = subjectOf(next.subject);
        const session = this.#twins.sessionOf(next.session);
        const request = { ...session, rule: ruleWith(next.rule), subject };
        return pair.both(this.#sides, async ({ store }) => touched(store, request));
      }
      case 'attach': {
        const request = { key: keyOf(next.session), subject: subjectOf(next.subject) };
        return pair.both(this.#sides, async ({ directory }) => directory.attach(request));
      }
      case 'end as': {
        const { by, unknown } = next;
        const subject = next.subject === undefined ? undefined : subjectOf(next.subject);
        const request = { ...this.#twins.sessionOf(next.session), by, unknown, subject };
        return pair.both(
          this.#sides,
          async ({ store }, shiftMs) =>
            store.end({ ...request, endedAtMs: ago(next.minutesAgo, shiftMs) }),
          isNow(next) ? undefined : async () => pair.redisNowMs(),
        );
      }
      case 'begin': {
        const { by, except, lockMinutes } = next;
        const lastsMs = typeof lockMinutes === 'number' ? minutes(lockMinutes) : lockMinutes;
        const request = {
          subject: subjectOf(next.subject),
          by,
          except: except === undefined ? undefined : keyOf(except),
          lock: lastsMs === undefined ? undefined : { lastsMs, reason: `${by} "because" ü` },
          retentionMs: RETENTION_MS,
        };
        return pair.both(
          this.#sides,
          async ({ directory }, shiftMs) =>
            directory.beginSubjectEnd({
              ...request,
              enteredUntilMs: ago(next.enteredUntilMinutesAgo, shiftMs),
              startedAtMs: ago(next.minutesAgo, shiftMs),
            }),
          async (begun) => (isNow(next) ? (begun as PendingEnd).startedAtMs : undefined),
        );
      }
      case 'finish': {
        return this.#finish(subjectOf(next.subject));
      }
      case 'leave': {
        const keys = next.sessions.map(keyOf);
        return pair.both(this.#sides, async ({ directory }) =>
          directory.leave(subjectOf(next.subject), keys),
        );
      }
      case 'unlock': {
        const request = { subject: subjectOf(next.subject), retentionMs: RETENTION_MS };
        // The state is read later than the script runs, which says itself when that was.
        return pair.both(
          this.#sides,
          async ({ directory }, shiftMs) => {
            const atMs = ago(next.minutesAgo, shiftMs);
            const { nowMs: _, ...state } = await directory.unlock({ ...request, atMs });
            return state;
          },
          async (unlocked) =>
            isNow(next) ? (unlocked as UnlockedSubject).unlockedAtMs : undefined,
        );
      }
      default:
        return next satisfies never;
    }
  }

  /** Everything that the two stores know of sessions and subjects. */
  async compareAll(): Promise<void> {
    for (const name of SESSIONS) {
      await this.#pair.both(this.#sides, async ({ directory }) => directory.describe(keyOf(name)));
    }
    await this.compareSubjects();
  }

  /** Everything that the two stores know of subjects. */
  async compareSubjects(): Promise<void> {
    for (const name of SUBJECTS) {
      const subject = subjectOf(name);
      await this.#pair.both(this.#sides, async ({ directory }) => directory.subjectState(subject));
      await this.#pair.both(this.#sides, async (world) => pagesOf(world, name));
    }
  }

  // Step by step as `finishSubjectEnd`, because each end has an instant of its own.
  async #finish(subject: SubjectKey): Promise<void> {
    const pair = this.#pair;
    const { directory } = pair.redis;
    const [end] = (await directory.subjectState(subject)).pending;
    if (end === undefined) return;
    const { by, except, enteredUntilMs } = end;
    const { entries } = await directory.subjectSessions(subject, { limit: 100 });
    const due = entries.filter((entry) => entry.enteredAtMs <= enteredUntilMs);
    const keys = due.map(({ key }) => key).filter((key) => key !== except);
    const source = { source: undefined, retentionMs: RETENTION_MS };
    const request = { source, by, subject, unknown: 'tombstone' } as const;
    for (const key of keys) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      await pair.both(this.#sides, async ({ store }) => store.end({ ...request, key }));
    }
    await pair.both(this.#sides, async (world) => world.directory.leave(subject, keys));
    await pair.both(this.#sides, async (world) => {
      const [first] = (await world.directory.subjectState(subject)).pending;
      if (first !== undefined) await world.directory.finishSubjectEnd(first);
      return first;
    });
  }

  /** When Redis put the session into the index, if it did so now. */
  async #enteredSince(
    fromMs: number,
    { subject, session }: { readonly subject: string; readonly session: string },
  ): Promise<number | undefined> {
    const { directory } = this.#pair.redis;
    const page = await directory.subjectSessions(subjectOf(subject), { limit: 100 });
    const entry = page.entries.find(({ key }) => key === keyOf(session));
    return entry !== undefined && entry.enteredAtMs >= fromMs ? entry.enteredAtMs : undefined;
  }
}

async function pagesOf({ directory }: Pick<StoreWorld, 'directory'>, subject: string) {
  const pages = [];
  let after: Parameters<typeof directory.subjectSessions>[1]['after'];
  for (let more = true; more;) {
    const page = await directory.subjectSessions(subjectOf(subject), { after, limit: PAGE });
    pages.push(page);
    after = page.entries.at(-1);
    ({ more } = page);
  }
  return pages;
}

/** Whether the step is about the present: an instant in the future counts as now. */
function isNow({ minutesAgo }: { readonly minutesAgo: number | undefined }): boolean {
  return minutesAgo === undefined || minutesAgo < 0;
}
