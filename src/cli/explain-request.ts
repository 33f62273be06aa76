import type { RequestFacts } from '../terms/request-facts.ts';
import type { CommandIo } from './command-io.ts';
import type { ExplainFlags } from './explain-flags.ts';
import { readGivenHeaders } from './given-headers.ts';

// Not the URL class: it would remove what the user may be asking about (dot segments, backslashes, a second "#").
const URL_PARTS = /^(https?):\/\/([^/?#\\]+)(.*)$/is;
const URL_MAX = 64 * 1024;

/** The request that the flags describe, or what is wrong with them. */
export async function readExplainRequest(
  flags: ExplainFlags,
  io: Pick<CommandIo, 'readInput'>,
): Promise<RequestFacts | readonly string[]> {
  const problems: string[] = [];
  const [, scheme = '', host = '', rest = ''] =
    flags.url.length > URL_MAX ? [] : (URL_PARTS.exec(flags.url) ?? []);
  if (host === '') problems.push('--url must be a whole URL, as https://host/path');
  if (!/^[A-Za-z][A-Za-z-]*$/.test(flags.method)) problems.push('--method is not an HTTP method');
  const given = await readGivenHeaders(flags.header, io);
  problems.push(...given.problems);
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
    headers: given.headers,
    linesJoined: false,
    principal: flags.principal,
    context: new Map(context),
    jwtMetadata: undefined,
    callBudgetMs: undefined,
  });
}
