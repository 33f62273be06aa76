import type { SessionDirectory } from '../../../session/session-directory.ts';

/** A step that examined so many entries makes the next turn examine more. */
const FULL_STEP = 30;
const EXAMINED_MAX = 500;

/**
 * Takes entries out of the indexes of subjects whose sessions nothing else takes out: they ended by
 * a check, or were never opened. One step each other turn goes around in a day; where there is much
 * to examine, it examines more.
 */
export class IndexPass {
  readonly #directory: Pick<SessionDirectory, 'reviewIndex'>;
  #cursor: string | undefined;
  #examinedMax = 1;
  #isResting = false;

  /** @param cursor where to begin: another place on each replica */
  constructor(directory: Pick<SessionDirectory, 'reviewIndex'>, cursor: string) {
    this.#directory = directory;
    this.#cursor = cursor;
  }

  /** Returns why a part of the indexes was left out, if one was. */
  async run(): Promise<Error | undefined> {
    this.#isResting = !this.#isResting && this.#examinedMax === 1;
    if (this.#isResting) return undefined;
    const { examined, cursor, fault } = await this.#directory.reviewIndex(
      this.#cursor,
      this.#examinedMax,
    );
    this.#cursor = cursor;
    this.#examinedMax = examined >= FULL_STEP ? EXAMINED_MAX : 1;
    return fault;
  }
}
