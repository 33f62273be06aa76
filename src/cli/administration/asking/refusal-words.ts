import { printable } from '../output/table.ts';

/** A refusal in words, with what to do: from the server's problem document (RFC 9457), and by its status. */
export function refusalWords(status: number, document: unknown): string {
  const said = saidBy(document) ?? `the server answered HTTP ${status}`;
  const hint = hintFor(status);
  return hint === undefined ? said : `${said}\n  hint: ${hint}`;
}

function saidBy(document: unknown): string | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const { title, detail } = document as Partial<Record<'title' | 'detail', unknown>>;
  const words = [title, detail].filter((one) => typeof one === 'string' && one !== '');
  return words.length === 0 ? undefined : printable([...new Set(words)].join(': '));
}

function hintFor(status: number): string | undefined {
  switch (status) {
    case 401:
      return (
        'the server does not know this token or certificate; compare the file of --token-file with the ' +
        "server's --admin-tokens-file (a token of your SSO may have expired)"
      );
    case 403:
      return 'ask for a token whose role may do this: a viewer reads, an operator reads, ends and locks';
    case 429:
      return 'wait a moment, then try again';
    case 503:
      return 'try again in a moment; ending twice is safe';
    default:
      return undefined;
  }
}
