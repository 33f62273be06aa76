// Runs h2spec, the conformance test of HTTP/2 (RFC 9113 and RFC 7541), against our server. Each
// test that fails is listed here with its reason. A listed test that passes is an error too, so the
// list stays true.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { expect } from 'chai';
import { UnaryServer } from '../../../src/http2/unary-server.ts';
import { builtOrSkip } from '../../support/programs/built-or-skip.ts';
import { EchoMethods, NOW_PATH } from '../../support/http2/echo-methods.ts';
import { provideH2spec, type H2specDialect } from '../../support/http2/provide-h2spec.ts';
import { selfSigned } from '../../support/certificates/self-signed.ts';

const RUN_MAX_MS = 60_000;
/** How long h2spec waits for what it expects, in seconds. Tests that pass take milliseconds. */
const PATIENCE_S = '1';
const TESTS_LEAST = 140;

type Exceptions = Readonly<Record<string, string>>;

const NO_BODY =
  'it sends no message, and the answer to such a call has no DATA (a unary call has one message)';
const ANSWERED =
  'it opens streams that end without a message: they are answered at once, so none of them stays open';

/**
 * Tests that h2spec skips if an answer has no DATA. `test/unit/http2/reply-windows.test.ts` covers
 * them.
 */
const SKIPPED: Exceptions = {
  'http2/6.5.3: Sends multiple values of SETTINGS_INITIAL_WINDOW_SIZE': NO_BODY,
  'http2/6.9.1: Sends SETTINGS frame to set the initial window size to 1 and sends HEADERS frame':
    NO_BODY,
  'http2/6.9.2: Changes SETTINGS_INITIAL_WINDOW_SIZE after sending HEADERS frame': NO_BODY,
  'http2/6.9.2: Sends a SETTINGS frame for window size to be negative': NO_BODY,
};

const WITHOUT_MESSAGE: Exceptions = {
  'generic/2: Sends a WINDOW_UPDATE frame on half-closed (remote) stream': NO_BODY,
  'generic/2: Sends a PRIORITY frame on half-closed (remote) stream': NO_BODY,
  'http2/5.1.2: Sends HEADERS frames that causes their advertised concurrent stream limit to be exceeded':
    ANSWERED,
};

const REFUSED =
  'its GET is not a gRPC call and is refused after its headers; what it sends next is for an ended stream. As a gRPC call it passes';

const EXCEPTIONS: Readonly<Record<H2specDialect, Exceptions>> = {
  grpc: WITHOUT_MESSAGE,
  http: {
    ...WITHOUT_MESSAGE,
    'http2/5.1: closed: Sends a DATA frame after sending RST_STREAM frame': REFUSED,
    'http2/5.1: closed: Sends a HEADERS frame after sending RST_STREAM frame': REFUSED,
    'http2/6.9: Sends a WINDOW_UPDATE frame with a flow control window increment of 0 on a stream':
      REFUSED,
    'http2/6.9.1: Sends multiple WINDOW_UPDATE frames increasing the flow control window to above 2^31-1 on a stream':
      REFUSED,
    'http2/8.1: Sends a second HEADERS frame without the END_STREAM flag': REFUSED,
    'http2/8.1.2.1: Sends a HEADERS frame that contains a pseudo-header field as trailers': REFUSED,
    'http2/8.1.2.6: Sends a HEADERS frame with the "content-length" header field which does not equal the DATA frame payload length':
      REFUSED,
    'http2/8.1.2.6: Sends a HEADERS frame with the "content-length" header field which does not equal the sum of the multiple DATA frames payload length':
      REFUSED,
  },
};

describe('http2: h2spec', function () {
  const servers: Server[] = [];
  let server: UnaryServer;
  let folder: string;
  const programs = new Map<H2specDialect, string>();

  before(async function () {
    const dialects: readonly H2specDialect[] = ['http', 'grpc'];
    for (const dialect of dialects) {
      // oxlint-disable-next-line no-await-in-loop -- one build of Go at a time is enough
      programs.set(dialect, await builtOrSkip(this, 'h2spec', provideH2spec(dialect)));
    }
    folder = await mkdtemp(join(tmpdir(), 'curfew-h2spec-'));
    server = new UnaryServer({ methods: new EchoMethods().methods });
  });
  after(async () => {
    for (const listening of servers) listening.close();
    server?.destroy();
    if (folder) await rm(folder, { recursive: true });
  });

  const ways: readonly (readonly [string, H2specDialect, boolean])[] = [
    ['as a gRPC client', 'grpc', false],
    ['as a gRPC client over TLS', 'grpc', true],
    ['unchanged', 'http', false],
  ];
  for (const [how, dialect, isTls] of ways) {
    it(`passes except for tests that unary gRPC cannot pass, ${how}`, async function () {
      this.timeout(RUN_MAX_MS);
      this.slow(RUN_MAX_MS);
      const port = await listen(isTls);
      const report = await run(programs.get(dialect) ?? '', port, isTls);
      expect(report.tests).to.be.at.least(TESTS_LEAST);
      expect(report.failed).to.have.members(Object.keys(EXCEPTIONS[dialect]));
      expect(report.skipped).to.have.members(Object.keys(SKIPPED));
    });
  }

  async function listen(isTls: boolean): Promise<number> {
    const listening = isTls
      ? createTlsServer({ ...selfSigned(), ALPNProtocols: ['h2'] }, (socket) => {
          server.serve(socket);
        })
      : createServer({ noDelay: true }, (socket) => {
          server.serve(socket);
        });
    listening.on('tlsClientError', () => {});
    servers.push(listening);
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return (listening.address() as AddressInfo).port;
  }

  async function run(program: string, port: number, isTls: boolean): Promise<Report> {
    const file = join(folder, `${port}.xml`);
    const args = ['--strict', '--port', String(port), '--path', NOW_PATH, '--timeout', PATIENCE_S];
    args.push('--junit-report', file, ...(isTls ? ['--tls', '--insecure'] : []));
    // It exits with 1 if any test failed. The report has the details.
    await new Promise((resolve) => execFile(program, args, resolve));
    return reportOf(await readFile(file, 'utf8'));
  }
});

interface Report {
  readonly tests: number;
  readonly failed: string[];
  readonly skipped: string[];
}

function reportOf(xml: string): Report {
  const cases = [
    ...xml.matchAll(/<testcase package="([^"]*)" classname="([^"]*)"[^>]*>([^]*?)<\/testcase>/g),
  ];
  const named = (mark: string): string[] =>
    cases
      .filter(([, , , content = '']) => content.includes(mark))
      .map(([, section = '', what = '']) => `${section}: ${what.replaceAll('&#34;', '"')}`);
  return {
    tests: cases.length,
    failed: named('<error>').concat(named('<failure>')),
    skipped: named('<skipped>'),
  };
}
