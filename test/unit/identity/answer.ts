import type { Identification } from '../../../src/identity/identification.ts';

/** An answer in one line, such as `found abc`, `several abc def` or `malformed comma`. */
export function inWords(answer: Identification): string {
  switch (answer.kind) {
    case 'found':
      return `found ${answer.credential}`;
    case 'several':
      return `several ${answer.values.map(({ credential }) => credential).join(' ')}`;
    case 'malformed':
      return `malformed ${answer.cause}`;
    case 'absent':
    case 'ambiguous':
    case 'token':
    case 'payload':
      return answer.kind;
    default:
      return answer satisfies never;
  }
}
