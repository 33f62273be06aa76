import { areHeaderTwins } from '../terms/header-twin.ts';
import type { RequestFacts } from '../terms/request-facts.ts';
import type { HeaderPair } from './check-reply.ts';
import { guardNames } from './header-guard.ts';
import type { ReplySettings } from './judged-request.ts';

/** Gives the application, and on request the client, the remaining time of the session. */
export const LIFETIME_HEADER = 'session-lifetime';

/**
 * The spellings of our header names that must not reach the application from any client: the names
 * and their underscore twins (CGI and WSGI read both as one variable).
 */
export class OurSpellings {
  readonly all: readonly string[];
  /** The name of the stream cut header. `undefined`: it is not a token, so it cannot be set. */
  readonly streamCutHeader: string | undefined;
  readonly #besidesLifetime: readonly string[];
  readonly #besidesCut: readonly string[];
  readonly #besidesBoth: readonly string[];

  constructor(settings: ReplySettings) {
    const ours = [settings.streamCutHeader, LIFETIME_HEADER];
    const spelled = guardNames(ours.flatMap((name) => [name, name.replaceAll('-', '_')]));
    const [cut] = guardNames([settings.streamCutHeader]);
    this.streamCutHeader = cut;
    this.all = [...new Set(spelled)];
    const without = (names: readonly (string | undefined)[]): readonly string[] =>
      this.all.filter((name) => !names.includes(name));
    this.#besidesLifetime = without([LIFETIME_HEADER]);
    this.#besidesCut = without([cut]);
    this.#besidesBoth = without([LIFETIME_HEADER, cut]);
  }

  /**
   * All spellings except those that are set. The same names always give the same list, so that an
   * encoder can cache its bytes by the list. (It is not frozen: V8 reads a frozen list several
   * times slower.)
   * @param ours the lifetime, the stream cut, both in this order, or nothing
   */
  besides(ours: readonly HeaderPair[]): readonly string[] {
    switch (ours.length) {
      case 0:
        return this.all;
      case 1:
        return ours[0]?.[0] === LIFETIME_HEADER ? this.#besidesLifetime : this.#besidesCut;
      default:
        return this.#besidesBoth;
    }
  }
}

/**
 * By settings, which live as long as a version of the policy file: every allow asks for the same
 * names.
 */
const known = new WeakMap<ReplySettings, OurSpellings>();

export function ourSpellings(settings: ReplySettings): OurSpellings {
  const spellings = known.get(settings);
  if (spellings !== undefined) return spellings;
  const fresh = new OurSpellings(settings);
  known.set(settings, fresh);
  return fresh;
}

const NONE: readonly string[] = [];

/** The spellings of our names that this request carries. */
export function clientTwins(facts: RequestFacts, settings: ReplySettings): readonly string[] {
  let twins: string[] | undefined;
  for (const { name } of facts.headers) {
    if (areHeaderTwins(name, LIFETIME_HEADER) || areHeaderTwins(name, settings.streamCutHeader)) {
      (twins ??= []).push(name);
    }
  }
  return twins ?? NONE;
}
