import { FILE_LIMITS } from '../../../src/policy/file/file-limits.ts';

const MATCHERS_EACH = 4;
const { charactersMax, policiesMax, matchersTotalMax, sourcesMax } = FILE_LIMITS;

export interface LargestFileOptions {
  /** The name of the first policy, so that two such files differ. */
  readonly name?: string;
  /** The cookie of the first source. */
  readonly cookie?: string;
}

/** A good policy file at all limits: sources, policies, matchers and characters. */
export function largestPolicyFile({
  name = 'first',
  cookie = 'sid',
}: LargestFileOptions = {}): string {
  const sources = Array.from(
    { length: sourcesMax },
    (_, i) =>
      `  - { name: source-${i}, cookie: ${i === 0 ? cookie : `c${i}`}, opening: first-use, credential_lifetime: 60d }\n`,
  );
  const policies = Array.from({ length: policiesMax - 1 }, (_, i) => {
    const matchers = Array.from(
      { length: Math.min(MATCHERS_EACH, matchersTotalMax / policiesMax) },
      (_unused, k) => `{ path: /area-${i}/part-${k}/*/more/**, methods: [GET, POST] }`,
    );
    // Limits that differ, so that all policies are compared with each other.
    const limits = `idle: ${i + 1}m, absolute: ${400 + ((i * 7_919) % 1_000)}h`;
    const passive = Array.from(
      { length: 4 },
      (_unused, k) => `{ path: /area-${i}/part-${k}/poll/** }`,
    );
    return `  - { name: ${i === 0 ? name : `policy-${i}`}, ${limits}, match: [${matchers.join(', ')}], passive: [${passive.join(', ')}] }\n`;
  });
  const text = `version: 1\nopenings: { per_second: 1000000, burst: 1000000 }\nsources:\n${sources.join('')}policies:\n${policies.join('')}  - { name: rest, idle: 30m, absolute: 12h }\n`;
  if (text.length > charactersMax) throw new Error(`the file has ${text.length} characters`);
  return `${text}# ${'x'.repeat(charactersMax - text.length - 2)}`;
}
