const WORD_MAX = 64;

/** The known word that somebody probably meant, or `undefined` when none is near. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  if (word.length > WORD_MAX) return undefined;
  const written = plain(word);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(written, plain(candidate));
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** `did you mean "x"?`, or the list of what there is when it is short, or nothing. */
export function suggestion(word: string, known: Iterable<string>): string | undefined {
  const words = [...known];
  const near = nearestWord(word, words);
  if (near !== undefined) return `did you mean "${near}"?`;
  return words.length > 0 && words.length <= 24 ? `known here: ${words.join(', ')}` : undefined;
}

/** `Idle-Timeout`, `idle_timeout` and `idletimeout` are one word to a typist. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
