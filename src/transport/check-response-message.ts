import { fileURLToPath } from 'node:url';
import { loadSync, type AnyDefinition, type MessageTypeDefinition } from '@grpc/proto-loader';

/** A CheckResponse with the field names of proto/. What stands beside the status is the encoders' business. */
export interface CheckResponseMessage {
  readonly status: { readonly code: number };
  readonly [field: string]: unknown;
}

// The same two folders up from src/transport and from dist/transport.
const PROTO_FOLDER = fileURLToPath(new URL('../../proto', import.meta.url));

let definition: MessageTypeDefinition<object, object> | undefined;

/** Reads proto/. Done once, before the server answers, so that a broken installation shows at start. */
export function loadCheckResponse(): MessageTypeDefinition<object, object> {
  if (definition !== undefined) return definition;
  const loaded = loadSync('envoy/service/auth/v3/external_auth.proto', {
    includeDirs: [PROTO_FOLDER],
    keepCase: true, // names as in the files, so that a reader can compare
  })['envoy.service.auth.v3.CheckResponse'];
  if (!isMessage(loaded)) {
    throw new Error('proto/ does not define envoy.service.auth.v3.CheckResponse');
  }
  definition = loaded;
  return loaded;
}

/** The bytes of a response. It knows no verdict, so the two encoders beside it are the only ones to call it. */
export function serializeCheckResponse(message: CheckResponseMessage): Buffer {
  return loadCheckResponse().serialize(message);
}

function isMessage(
  loaded: AnyDefinition | undefined,
): loaded is MessageTypeDefinition<object, object> {
  return loaded !== undefined && 'serialize' in loaded && typeof loaded.serialize === 'function';
}
