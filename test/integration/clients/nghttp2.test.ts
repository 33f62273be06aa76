import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createAuthority } from '../../support/certificates/certificate-authority.ts';
import { encodeCheckRequest } from '../../support/requests/check-request.ts';
import { startProcess } from '../../support/processes/child-process.ts';
import { onEachTransport } from '../../support/transport/each-transport.ts';
import { nghttp2OrSkip } from '../../support/programs/provide-nghttp2.ts';
import { framed } from '../../support/grpc-clients/raw-grpc.ts';
import type { TestTransport } from '../../support/transport/transport.ts';

const CHECK = '/envoy.service.auth.v3.Authorization/Check';
const GRPC = ['-H', 'te: trailers', '-H', 'content-type: application/grpc'];

onEachTransport('nghttp2 on the transport', function ({ kind, startTransport }) {
  this.timeout(60_000);
  let folder: string;
  let plain: TestTransport;
  let secured: TestTransport;
  const file = (name: string) => join(folder, name);

  before(async function () {
    await nghttp2OrSkip(this);
    folder = await mkdtemp(join(tmpdir(), 'curfew-nghttp2-'));
    const question = encodeCheckRequest();
    const gzipped = framed(gzipSync(question));
    gzipped[0] = 1;
    await writeFile(file('small'), framed(question));
    await writeFile(file('gzipped'), gzipped);
    const cookie = 'x'.repeat(900 * 1024);
    await writeFile(file('large'), framed(encodeCheckRequest({ headers: { cookie } })));
    const { cert, key } = createAuthority();
    plain = await startTransport();
    secured = await startTransport(undefined, {
      tls: { certificate: Buffer.from(cert), key: Buffer.from(key) },
    });
  });
  after(async () => {
    await plain?.close();
    await secured?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  async function run(program: string, ...args: readonly string[]): Promise<string> {
    const child = await startProcess(program, [...args]);
    expect(await child.ended(), child.log()).to.equal(0);
    return child.log();
  }
  const urlOf = (server: TestTransport, path = CHECK) =>
    `${server === plain ? 'http' : 'https'}://127.0.0.1:${server.transport.port}${path}`;

  it('sees headers, a message and trailers', async () => {
    const seen = await run('nghttp', '-nv', '-d', file('small'), ...GRPC, urlOf(plain));
    expect(seen).to.match(/recv \(stream_id=\d+\) :status: 200/);
    expect(seen).to.match(/recv \(stream_id=\d+\) content-type: application\/grpc/);
    expect(seen).to.match(/recv DATA frame/);
    expect(seen).to.match(/recv \(stream_id=\d+\) grpc-status: 0/);
    expect(seen).not.to.match(/PROTOCOL_ERROR|INTERNAL_ERROR/);
  });

  it('gets the supported encodings if it compresses', async () => {
    const encoded = [...GRPC, '-H', 'grpc-encoding: gzip'];
    const seen = await run('nghttp', '-nv', '-d', file('gzipped'), ...encoded, urlOf(plain));
    // grpc-js decompresses, and lists all its encodings in each answer.
    if (kind === 'grpc-js') {
      expect(seen).to.match(/grpc-status: 0/);
      expect(seen).to.match(/grpc-accept-encoding: identity,deflate,gzip/);
    } else {
      expect(seen).to.match(/grpc-status: 12/);
      expect(seen).to.match(/grpc-accept-encoding: identity\n/);
    }
  });

  it('gets trailers only for an unknown method', async () => {
    const url = urlOf(plain, '/envoy.service.auth.v3.Authorization/Allow');
    const seen = await run('nghttp', '-nv', '-d', file('small'), ...GRPC, url);
    expect(seen).to.match(/grpc-status: 12/);
    expect(seen).not.to.match(/recv DATA frame/);
  });

  for (const [what, server, body, args] of [
    ['20 000 calls, 100 at a time', () => plain, 'small', '-n 20000 -c 2 -m 50'],
    ['1 000 calls at once on one connection', () => plain, 'small', '-n 1000 -c 1 -m 1000'],
    ['with tiny windows', () => plain, 'large', '-n 50 -c 2 -m 5 -w 10 -W 10'],
    ['through TLS', () => secured, 'small', '-n 5000 -c 2 -m 50'],
    ['900 KB through TLS', () => secured, 'large', '-n 50 -c 2 -m 5'],
  ] as const) {
    it(`has ${what} answered by h2load`, async () => {
      const asked = server().asked.length;
      const words = args.split(' ');
      const said = await run('h2load', ...words, '-d', file(body), ...GRPC, urlOf(server()));
      const [, total = ''] = /requests: (\d+) total/.exec(said) ?? [];
      expect(said).to.contain(`${total} succeeded, 0 failed, 0 errored, 0 timeout`);
      expect(said).to.contain(`status codes: ${total} 2xx`);
      expect(server().asked.length - asked).to.equal(Number(total));
    });
  }
});
