/** A page that was listed; `next` asks for the one behind it, if there is one. */
export interface ListedPage<Place> {
  readonly next: Place | undefined;
}

export interface TimesOfLists {
  /** Of the newest page, in milliseconds. */
  readonly newest: readonly number[];
  /** Of pages all over the list, in milliseconds. */
  readonly anywhere: readonly number[];
}

// No divisor of the number of pages, so that all of them come.
const PAGES_APART = 7;

/** Lists the newest page this many times, then other pages as often, one after the other. */
export async function timesOfLists<Place>(
  count: number,
  list: (after: Place | undefined) => Promise<ListedPage<Place>>,
): Promise<TimesOfLists> {
  const places: Place[] = [];
  // Also the warm-up.
  for (let page = await list(undefined); page.next !== undefined;) {
    places.push(page.next);
    page = await list(page.next); // oxlint-disable-line no-await-in-loop -- each says where the next one is
  }
  const newest = await timesOf(count, () => undefined);
  const anywhere = await timesOf(count, (index) => places[(index * PAGES_APART) % places.length]);
  return { newest, anywhere };

  async function timesOf(
    lists: number,
    placeOf: (index: number) => Place | undefined,
  ): Promise<readonly number[]> {
    const times: number[] = [];
    for (let index = 0; index < lists; index += 1) {
      const after = placeOf(index);
      const startedAtMs = performance.now();
      await list(after); // oxlint-disable-line no-await-in-loop -- one after the other
      times.push(performance.now() - startedAtMs);
    }
    return times;
  }
}
