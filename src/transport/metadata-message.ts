import type { VerdictMetadata } from '../authz/check-call.ts';

/** google.protobuf.Value, in protobufjs's names for the well-known types. */
export type ValueMessage =
  | { readonly stringValue: string }
  | { readonly numberValue: number }
  | { readonly structValue: { readonly fields: Readonly<Record<string, ValueMessage>> } };

/** One struct of ours under one key of ours: all ext_authz filters share Envoy's namespace. */
export function metadataMessage(metadata: VerdictMetadata): {
  fields: Record<string, ValueMessage>;
} {
  const fields: Record<string, ValueMessage> = {};
  for (const [key, value] of Object.entries(metadata) as [string, string | number | undefined][]) {
    if (value === undefined) continue;
    fields[key] =
      typeof value === 'number' ? { numberValue: value } : { stringValue: value.toWellFormed() };
  }
  return { fields: { curfew: { structValue: { fields } } } };
}
