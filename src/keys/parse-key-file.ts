/** Secrets shorter than the hash are weaker than the hash (RFC 2104 section 3). */
const SECRET_BYTES_MIN = 32;
const SECRET_BYTES_MAX = 1_024;
/** Each older key costs one more look-up in the store for every unknown credential. */
const KEYS_MAX = 8;
/**
 * In a file that is not a key file every line is a problem, and all go into one line of the log.
 */
const PROBLEMS_MAX = 20;
const REMEDY = 'create one with: openssl rand -hex 32';

/** A key file that cannot be used. Lists all problems with line numbers, and contains no secret. */
export class KeyFileError extends Error {
  readonly code = 'ERR_KEY_FILE';
  readonly problems: readonly string[];
  constructor(path: string, problems: readonly string[]) {
    super(`key file ${path}: ${problems.join('; ')}`);
    this.name = 'KeyFileError';
    this.problems = problems;
  }
}

/**
 * Reads the server's secrets, newest first. Each is one line of hex or base64 (either alphabet,
 * with or without padding) of at least 32 bytes. Blank lines and lines that begin with `#` are
 * ignored.
 * @throws {KeyFileError}
 */
export function parseKeyFile(text: string, path: string): readonly Uint8Array[] {
  const keys: Uint8Array[] = [];
  const problems: string[] = [];
  const lineOf = new Map<string, number>();
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const number = index + 1;
    const secret = readSecret(line);
    if (typeof secret === 'string') {
      problems.push(`line ${number} ${secret}; ${REMEDY}`);
      continue;
    }
    const spelling = Buffer.from(secret).toString('base64');
    const earlier = lineOf.get(spelling);
    if (earlier === undefined) {
      lineOf.set(spelling, number);
      keys.push(secret);
    } else {
      problems.push(`line ${number} repeats the secret of line ${earlier}; remove one of them`);
    }
  }
  if (keys.length > KEYS_MAX) {
    problems.push(`it has ${keys.length} secrets, more than ${KEYS_MAX}; remove the oldest ones`);
  }
  if (keys.length === 0 && problems.length === 0) problems.push(`it has no secret; ${REMEDY}`);
  if (problems.length > PROBLEMS_MAX) {
    problems.splice(PROBLEMS_MAX, Infinity, `and ${problems.length - PROBLEMS_MAX} more`);
  }
  if (problems.length > 0) throw new KeyFileError(path, problems);
  return keys;
}

/** The secret in a line, or what is wrong with it. */
function readSecret(line: string): Uint8Array | string {
  const bytes = decode(line);
  if (bytes === undefined) return 'is neither hex nor base64';
  if (bytes.length < SECRET_BYTES_MIN) {
    return `has ${bytes.length} bytes, fewer than ${SECRET_BYTES_MIN}`;
  }
  if (bytes.length > SECRET_BYTES_MAX) {
    return `has ${bytes.length} bytes, more than ${SECRET_BYTES_MAX}`;
  }
  return bytes;
}

function decode(line: string): Uint8Array | undefined {
  // Hex digits alone mean hex, even where base64 would fit: 48 digits are 24 random bytes, not 36.
  if (/^[0-9a-f]+$/i.test(line)) {
    return line.length % 2 === 0 ? new Uint8Array(Buffer.from(line, 'hex')) : undefined;
  }
  const standard = /^[A-Za-z0-9+/]+={0,2}$/.test(line);
  const forUrls = /^[A-Za-z0-9_-]+={0,2}$/.test(line);
  if (!standard && !forUrls) return undefined;
  const digits = line.replace(/=+$/, '');
  const bytes = Buffer.from(digits, standard ? 'base64' : 'base64url');
  // A text that does not encode back to itself was cut off or has leftover bits: a copying mistake.
  const again = bytes.toString(standard ? 'base64' : 'base64url').replace(/=+$/, '');
  return again === digits ? new Uint8Array(bytes) : undefined;
}
