import type { VerdictMetadata } from '../authz/check-call.ts';
import { PartCache } from './part-cache.ts';
import { bytesField, doubleField, utf8, type ByteText } from './wire-writer.ts';

/** One member of our struct as bytes, from its value. */
type Member<Value> = (value: Value) => ByteText;

const MEMBERS: { readonly [Key in keyof VerdictMetadata]: Member<VerdictMetadata[Key]> } = {
  verdict: known('verdict'),
  reason: known('reason'),
  policy: known('policy'),
  mode: known('mode'),
  source: optional(known('source')),
  // Differs from session to session, so it is no part to be kept.
  session: optional((value) => member('session', text(value))),
  idle_remaining_s: optional((value) => member('idle_remaining_s', number(value))),
  absolute_remaining_s: optional((value) => member('absolute_remaining_s', number(value))),
};

/** google.protobuf.Struct with one struct of ours under one key of ours: all ext_authz filters share the namespace. */
export function metadataBytes(metadata: VerdictMetadata): ByteText {
  const members =
    MEMBERS.verdict(metadata.verdict) +
    MEMBERS.reason(metadata.reason) +
    MEMBERS.policy(metadata.policy) +
    MEMBERS.mode(metadata.mode) +
    MEMBERS.source(metadata.source) +
    MEMBERS.session(metadata.session) +
    MEMBERS.idle_remaining_s(metadata.idle_remaining_s) +
    MEMBERS.absolute_remaining_s(metadata.absolute_remaining_s);
  // Value: struct_value 5.
  return member('curfew', bytesField(5, members));
}

function known(key: string): Member<string> {
  const cache = new PartCache((value) => member(key, text(value)));
  return (value) => cache.of(value);
}

function optional<Value>(write: Member<Value>): Member<Value | undefined> {
  return (value) => (value === undefined ? '' : write(value));
}

/** Struct: an entry of fields 1, key 1 and value 2. */
function member(key: string, value: ByteText): ByteText {
  return bytesField(1, bytesField(1, key) + bytesField(2, value));
}

/** Value: string_value 3. */
function text(value: string): ByteText {
  return bytesField(3, utf8(value));
}

/** Value: number_value 2. */
function number(value: number): ByteText {
  return doubleField(2, value);
}
