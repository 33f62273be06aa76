// A CheckRequest in the object form with everything that Envoy sends.

/** Fields of the official messages that we do not declare, filled as Envoy fills them. */
export function withTheRest(request: object): object {
  const { attributes } = request as { attributes: Record<string, Record<string, unknown>> };
  const address = { socket_address: { address: '192.0.2.1', port_value: 4711 } };
  const { source, request: about, metadata_context: metadata } = attributes;
  return {
    attributes: {
      ...attributes,
      source: { ...source, address, service: 'front', certificate: 'pem' },
      destination: { address, principal: 'spiffe://other', labels: { a: 'b' } },
      request: {
        time: { seconds: 1_800_000_000, nanos: 5 },
        http: {
          ...(about?.['http'] as object),
          id: '1234567890',
          size: -1,
          protocol: 'HTTP/2',
          query: 'x=1',
          body: 'no',
          raw_body: Buffer.from([0xff]),
        },
      },
      metadata_context: {
        filter_metadata: {
          'envoy.lb': { fields: { canary: { boolValue: true } } },
          ...(metadata?.['filter_metadata'] as object),
        },
      },
      tls_session: { sni: 'app.example.com' },
      route_metadata_context: {
        filter_metadata: {
          'envoy.filters.http.jwt_authn': { fields: { no: { boolValue: true } } },
        },
      },
    },
  };
}
