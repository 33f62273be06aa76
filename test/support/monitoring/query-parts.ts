// Finds the parts of PromQL that tests need. It is not a parser, and relies on Prometheus to reject invalid queries.

const WORDS = new Set(
  'and or unless on ignoring by without group_left group_right offset bool inf nan'.split(' '),
);
const LABEL_LIST = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/gi;
const SELECTOR =
  /([a-zA-Z_:][\w:]*)?\s*(\{(?:[^{}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*\})?(?=\s*(\(?))/g;
const NUMBER_OR_DURATION = /(?<![\w:])\d[\w.]*/g;

/** The vector selectors of a query, such as `up{job="curfew"}`, without their ranges and offsets. */
export function selectorsOf(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(LABEL_LIST, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\boffset\s+\w+/g, ' ');
  const selectors = [...withoutNumbers(bare).matchAll(SELECTOR)].flatMap(
    ([, name = '', matchers = '', bracket]) => {
      const isWord = WORDS.has(name.toLowerCase()) || (bracket === '(' && matchers === '');
      return isWord || name + matchers === '' ? [] : [name + matchers];
    },
  );
  return [...new Set(selectors)];
}

/** The metric of a selector. */
export function metricOf(selector: string): string {
  return selector.replace(/\{.*$/s, '').trim();
}

/** Numbers outside of quotes would look like names (`1e6`). */
function withoutNumbers(text: string): string {
  return text
    .split(/("(?:[^"\\]|\\.)*")/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(NUMBER_OR_DURATION, ' ')))
    .join('');
}
