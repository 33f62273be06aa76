/**
 * A header block that cannot be decoded (RFC 7541). The state of the header table is unknown from
 * then on, so the connection has to end with COMPRESSION_ERROR. The message names the rule that was
 * broken and never contains what the peer sent.
 */
export class HpackFault extends Error {
  override readonly name = 'HpackFault';
  readonly code = 'ERR_HPACK';
}
