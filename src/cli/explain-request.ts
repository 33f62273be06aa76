import type { RequestFacts } from '../session/request-facts.ts';
import type { ExplainFlags } from './explain-flags.ts';

// By hand, because the URL class would remove what the question may be about: dot segments, backslashes, a second "#".
const URL_PARTS = /^(https?):\/\/([^/?#\\]+)(.*)$/is;
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// What no proxy lets through.
const FORBIDDEN_IN_VALUE = /[\0\r\n]/;
const URL_MAX = 64 * 1024;

/** The request that the flags describe; strings are what is wrong with them. */
export function readExplainRequest(flags: ExplainFlags): RequestFacts | readonly string[] {
  const problems: string[] = [];
  const [, scheme = '', host = '', rest = ''] =
    flags.url.length > URL_MAX ? [] : (URL_PARTS.exec(flags.url) ?? []);
  if (host === '') problems.push('--url must be a whole URL, as https://host/path');
  if (!/^[A-Za-z][A-Za-z-]*$/.test(flags.method)) problems.push('--method is no HTTP method');
  const headers = flags.header.map((line) => {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    // Without its value: it may be a credential.
    if (colon === -1) problems.push("--header must be 'name: value'");
    else if (!HEADER_NAME.test(name) || FORBIDDEN_IN_VALUE.test(value)) {
      problems.push(`--header ${JSON.stringify(name)} is no header line`);
    }
    return { name: name.toLowerCase(), value };
  });
  const context = flags.context.map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    if (equals < 1) problems.push("--context must be 'key=value'");
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  if (problems.length > 0) return problems;
  return Object.freeze({
    method: flags.method,
    scheme: scheme.toLowerCase(),
    host,
    path: rest.startsWith('/') ? rest : `/${rest}`, // as clients send a URL without a path
    headers,
    linesJoined: false,
    principal: flags.principal,
    context: new Map(context),
    jwtMetadata: undefined,
    callBudgetMs: undefined,
  });
}
