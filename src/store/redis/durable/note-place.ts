import { placeOfSession, placeOfSubject } from '../store-keys.ts';
import type { NotedCall } from './ledger.ts';

/** The place of the keys that a noted call writes: the number of their partition. */
export function placeOfCall(call: NotedCall): number {
  switch (call.kind) {
    case 'end':
      return placeOfSession(call.request.key);
    case 'subject_end':
    case 'unlock':
      return placeOfSubject(call.request.subject);
    default:
      return call satisfies never;
  }
}
