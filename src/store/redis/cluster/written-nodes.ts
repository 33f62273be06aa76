import { placeOfCall } from '../durable/note-place.ts';
import type { WrittenServers } from '../durable/replica-confirmation.ts';
import type { ClusterConnection } from './cluster-connection.ts';

/**
 * The nodes on which administration writes: a `WAIT` asks for what was sent to one server only. Each
 * confirms what belongs to its own part, so that no end waits for a part that it does not touch.
 */
export const WRITTEN_NODES: WrittenServers<ClusterConnection> = {
  all: ({ nodes }) => [...nodes],
  serverOf: (connection, call) => connection.nodeOf(placeOfCall(call)),
  changes: (connection) => connection?.changes ?? -1,
};
