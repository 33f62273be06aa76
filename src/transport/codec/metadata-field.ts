import type { VerdictMetadata } from '../../authz/check-call.ts';
import { bytesField, doubleField, utf8, type ByteText } from './wire-writer.ts';
import { Wrapping } from './wrapping.ts';

/** Members that repeat from answer to answer: they come from the program and its policies. */
type SteadyMetadata = Pick<VerdictMetadata, 'verdict' | 'reason' | 'policy' | 'mode' | 'source'>;

interface SteadyMembers extends SteadyMetadata {
  readonly bytes: ByteText;
}

/** Far more than a policy file has policies and this program has reasons. */
const POLICIES_KEPT_MAX = 1_000;
const KEPT_FOR_POLICY_MAX = 50;
const TEXT_CHARACTERS_MAX = 256;
const kept = new Map<string, SteadyMembers[]>();

/**
 * Value: struct_value 5. All is in one struct under our own key, because all ext_authz filters
 * share the namespace.
 */
const CURFEW = new Wrapping((members) => bytesField(4, member('curfew', bytesField(5, members))));
const SESSION = new Wrapping((bytes) => member('session', textValue(bytes)));
const IDLE_REMAINING = new Wrapping((value) => member('idle_remaining_s', value));
const ABSOLUTE_REMAINING = new Wrapping((value) => member('absolute_remaining_s', value));

/** Encodes the whole field of CheckResponse: dynamic_metadata 4. Undefined members are left out. */
export function metadataField(metadata: VerdictMetadata): ByteText {
  const { session, idle_remaining_s: idle, absolute_remaining_s: absolute } = metadata;
  let members = steadyMembers(metadata);
  if (session !== undefined) members += SESSION.around(utf8(session));
  if (idle !== undefined) members += IDLE_REMAINING.around(numberValue(idle));
  if (absolute !== undefined) members += ABSOLUTE_REMAINING.around(numberValue(absolute));
  return CURFEW.around(members);
}

function steadyMembers(metadata: SteadyMetadata): ByteText {
  for (const members of kept.get(metadata.policy) ?? []) {
    if (
      members.reason === metadata.reason &&
      members.source === metadata.source &&
      members.verdict === metadata.verdict &&
      members.mode === metadata.mode
    ) {
      return members.bytes;
    }
  }
  return keep(metadata);
}

/**
 * Keeps the encoded members. When there are more different ones than the limits allow, it starts
 * again from empty.
 */
function keep({ verdict, reason, policy, mode, source }: SteadyMetadata): ByteText {
  const bytes =
    textMember('verdict', verdict) +
    textMember('reason', reason) +
    textMember('policy', policy) +
    textMember('mode', mode) +
    (source === undefined ? '' : textMember('source', source));
  if (bytes.length > TEXT_CHARACTERS_MAX) return bytes;
  let ofPolicy = kept.get(policy);
  if (ofPolicy === undefined) {
    if (kept.size >= POLICIES_KEPT_MAX) kept.clear();
    kept.set(policy, (ofPolicy = []));
  }
  if (ofPolicy.length >= KEPT_FOR_POLICY_MAX) ofPolicy.length = 0;
  ofPolicy.push({ verdict, reason, policy, mode, source, bytes });
  return bytes;
}

function textMember(key: string, value: string): ByteText {
  return member(key, textValue(utf8(value)));
}

/** Struct: an entry of fields 1, key 1 and value 2. */
function member(key: string, value: ByteText): ByteText {
  return bytesField(1, bytesField(1, key) + bytesField(2, value));
}

/** Value: string_value 3. */
function textValue(bytes: ByteText): ByteText {
  return bytesField(3, bytes);
}

/** Value: number_value 2. */
function numberValue(value: number): ByteText {
  return doubleField(2, value);
}
