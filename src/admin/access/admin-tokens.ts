import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Actor } from './actor.ts';
import type { NamedGrant } from './grant.ts';
import type { TokenLine } from './parse-tokens-file.ts';

interface KnownToken {
  readonly digest: Buffer;
  readonly actor: Actor;
}

/**
 * The callers of a tokens file. Only keyed digests of the tokens are kept, and a presented token is
 * compared with all of them, so that the time that it takes shows nothing about any token.
 */
export class AdminTokens {
  readonly #key = randomBytes(32);
  readonly #known: readonly KnownToken[];

  constructor(lines: readonly TokenLine[]) {
    this.#known = lines.map(({ name, grant, token }) => ({
      digest: this.#digestOf(token),
      actor: { name, by: 'token', grants: [grant] },
    }));
  }

  /** How many tokens there are. */
  get count(): number {
    return this.#known.length;
  }

  /** What the tokens allow, for checks against the policy file. */
  get grants(): readonly NamedGrant[] {
    return this.#known.flatMap(({ actor: { name, grants } }) =>
      grants.map((grant) => ({ name, grant })),
    );
  }

  find(token: string): Actor | undefined {
    const digest = this.#digestOf(token);
    let found: Actor | undefined;
    for (const { digest: known, actor } of this.#known) {
      if (timingSafeEqual(digest, known)) found = actor;
    }
    return found;
  }

  #digestOf(token: string): Buffer {
    return createHmac('sha256', this.#key).update(token, 'utf8').digest();
  }
}
