import type { EndedBy, SessionRecord } from '../../session/session-record.ts';
import type { Timeouts } from '../../terms/timeouts.ts';
import { ENDED_BY } from './decode-reply.ts';
import { integerOf } from './read-reply.ts';
import { StoreRefusal } from './store-fault.ts';
import { isSubjectKey } from './store-keys.ts';

/**
 * Reads the fields of a record, as `rule.lua` names them; `undefined` if there are none.
 * @throws {StoreUnavailable} for a record that Curfew did not write
 */
export function readRecord(fields: ReadonlyMap<string, string>): SessionRecord | undefined {
  if (fields.size === 0) return undefined;
  const subject = fields.get('u');
  if (subject !== undefined && !isSubjectKey(subject)) throw new StoreRefusal('MALFORMED');
  const whose = { subject, subjectName: fields.get('v') };
  const source = fields.get('n');
  if (fields.has('e')) {
    const startedAtMs = fields.has('s') ? instant(fields.get('s')) : undefined;
    const endedAtMs = instant(fields.get('e'));
    const endedBy = exactEnd(fields.get('w'), fields.get('r'));
    return { kind: 'tombstone', source, startedAtMs, endedAtMs, endedBy, ...whose };
  }
  if (source === undefined) throw new StoreRefusal('MALFORMED');
  return {
    kind: 'live',
    source,
    startedAtMs: instant(fields.get('s')),
    lastActivityAtMs: instant(fields.get('a')),
    longestGapMs: instant(fields.get('g') ?? '0'),
    challengedAtMs: fields.has('c') ? instant(fields.get('c')) : undefined,
    ...whose,
    ownLimits: ownLimitsOf(fields.get('o')),
  };
}

/** The limits of its own that a record has. @throws {StoreUnavailable} if they are malformed */
export function ownLimitsOf(field: string | null | undefined): Timeouts | undefined {
  if (typeof field !== 'string') return undefined;
  const [, idle, absolute] = /^(\d*):(\d*)$/.exec(field) ?? [];
  if (idle === undefined || absolute === undefined) throw new StoreRefusal('MALFORMED');
  const limit = (text: string) => (text === '' ? undefined : integerOf(text));
  return { idleTimeoutMs: limit(idle), absoluteTimeoutMs: limit(absolute) };
}

function instant(field: string | undefined): number {
  if (field === undefined) throw new StoreRefusal('MALFORMED');
  return integerOf(field);
}

// An exact word that this version does not know counts as `revoked`, as in `endings.lua`.
function exactEnd(word: string | undefined, exact: string | undefined): EndedBy {
  const known = (text: string | undefined) => ENDED_BY.find((by) => by === text);
  const plain = known(word);
  if (plain === undefined) throw new StoreRefusal('MALFORMED');
  return plain === 'revoked' ? (known(exact) ?? plain) : plain;
}
