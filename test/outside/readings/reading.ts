import type { RawAnswer } from './raw-exchange.ts';

/** What a parser made of a target: a line of its table without the target. */
export type Reading =
  /** It served a page. Values of parameters are filled in, escaped, if the program reported them. */
  | { readonly kind: 'page'; readonly page: string }
  /** It sent the client to another place. */
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string }
  /** It served nothing: an error status, or it closed the connection without one (0). */
  | { readonly kind: 'nothing'; readonly status: number };

/** @throws for an answer that none of the programs should give */
export function readingOf(answer: RawAnswer): Reading {
  if (answer.kind === 'none') return { kind: 'nothing', status: 0 };
  const { status, headers } = answer;
  const page = headers.get('x-page');
  if (status === 200 && page !== undefined) {
    return { kind: 'page', page: filledIn(page, headers.get('x-value')) };
  }
  const location = headers.get('location');
  if (status >= 300 && status < 400 && location !== undefined) {
    return { kind: 'redirect', status, location };
  }
  if (status >= 400) return { kind: 'nothing', status };
  throw new Error(`an answer with status ${status} and no page`);
}

/** What a program reported in a header, or the status with which it refused the request. */
export function reportedBy(answer: RawAnswer, header: string): string {
  if (answer.kind === 'none') return 'no answer';
  if (answer.status !== 200) return String(answer.status);
  const escaped = answer.headers.get(header);
  if (escaped !== undefined) return decodeURIComponent(escaped);
  // nginx can escape nothing.
  const raw = answer.headers.get(header.replace('x-', 'x-raw-'));
  if (raw !== undefined) return raw;
  throw new Error(`an answer without ${header}`);
}

/** Slashes in the value of a folder separate segments; in that of a segment they stay escaped. */
function filledIn(page: string, value: string | undefined): string {
  if (value === undefined) return page;
  return page.replace('{id}', value).replace('{rest}', value.replaceAll('%2F', '/'));
}
