// The plain way to write a CheckResponse: one object, Envoy's official definitions, and a protobuf
// library. The product's encoders are faster and must write the same bytes.

import type { AllowReply, DenyReply, HeaderPair } from '../../../../src/authz/check-call.ts';
import { codec, officialDefinitions } from '../../../support/protobuf/wire-definitions.ts';
import { struct } from '../../../support/requests/check-request.ts';

const CheckResponse = codec(officialDefinitions, 'envoy.service.auth.v3.CheckResponse');

/** google.rpc.Code. */
const OK = 0;
const UNAUTHENTICATED = 16;
/** HeaderValueOption.HeaderAppendAction. */
const OVERWRITE_IF_EXISTS_OR_ADD = 2;

/** The bytes that `encodeAllow` must write. */
export function plainAllow(reply: AllowReply): Buffer {
  return CheckResponse.serialize({
    status: { code: OK },
    ok_response: {
      headers: reply.requestHeaders.map(replaced),
      headers_to_remove: reply.requestHeadersToRemove,
      response_headers_to_add: reply.responseHeaders.map(replacedOrAdded),
    },
    dynamic_metadata: metadata(reply),
  });
}

/** The bytes that `encodeDeny` must write. */
export function plainDeny(reply: DenyReply): Buffer {
  return CheckResponse.serialize({
    status: { code: UNAUTHENTICATED },
    denied_response: {
      status: { code: reply.httpStatus },
      headers: reply.headers.map(replaced),
      body: reply.body.toWellFormed(),
    },
    dynamic_metadata: metadata(reply),
  });
}

/** With `append` and the action unset, every version of Envoy replaces the header. */
function replaced([key, value]: HeaderPair): object {
  return { header: { key, value } };
}

/** On the application's response an action is needed since Envoy 1.31. Some names are added. */
function replacedOrAdded([key, value]: HeaderPair): object {
  const change =
    key === 'set-cookie' || key === 'access-control-expose-headers'
      ? { append: { value: true } }
      : { append_action: OVERWRITE_IF_EXISTS_OR_ADD };
  return { header: { key, value }, ...change };
}

/** One struct under the key `curfew`, without undefined members. */
function metadata({ metadata: known }: AllowReply | DenyReply): object {
  const members: Record<string, unknown> = {};
  for (const [key, value] of Object.entries<string | number | undefined>({ ...known })) {
    if (value !== undefined)
      members[key] = typeof value === 'string' ? value.toWellFormed() : value;
  }
  return struct({ curfew: members });
}
