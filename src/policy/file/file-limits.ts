/** Limits of a policy file. Everything that is read has one; all are far above what a real file needs. */
export const FILE_LIMITS = {
  /** UTF-16 code units of the whole file. */
  charactersMax: 524_288,
  sourcesMax: 32,
  policiesMax: 1_000,
  /** Matchers in one list. */
  matchersMax: 100,
  /** Matchers of the whole file: selection looks at each once, the check of reachability at each pair. */
  matchersTotalMax: 4_000,
  /** Characters of one pattern, URL, header value or other text. */
  textMax: 2_048,
  /** Names become metric labels and parts of keys. */
  nameMax: 63,
  /** Entries in any other list. */
  listMax: 100,
  /** Brackets within brackets, or list items within list items of one line: the YAML parser is slow on deep ones. */
  nestingMax: 50,
  /** Repetitions of one anchor: more is an alias bomb. */
  aliasesMax: 100,
  /** Ten years. A longer duration is a typing error. */
  durationMaxMs: 315_360_000_000,
  /** How long a replica may not know of an end by another one. */
  stalenessMaxMs: 5_000,
  /** Problems reported at once. */
  problemsMax: 100,
} as const;
