import { expect } from 'chai';
import { clientKind } from '../../../../src/verdict/denial/client-kind.ts';
import { factsOf, type Headers } from '../../../support/requests/judged-request.ts';

const HTML = 'text/html,application/xhtml+xml,*/*;q=0.8';
const NAVIGATE = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

describe('clientKind', () => {
  const cases: readonly [says: string, method: string, headers: Headers, kind: string][] = [
    ['a browser that navigates', 'GET', { ...NAVIGATE, accept: HTML }, 'document'],
    ['a frame', 'GET', { ...NAVIGATE, 'sec-fetch-dest': 'iframe', accept: HTML }, 'frame'],
    ['a program', 'GET', { accept: '*/*' }, 'program'],
    ['a prefetch', 'GET', { ...NAVIGATE, 'sec-purpose': 'prefetch' }, 'program'],
    ['gRPC', 'POST', { 'content-type': 'application/grpc' }, 'grpc'],
    ['gRPC with its encoding', 'POST', { 'content-type': 'application/grpc+proto' }, 'grpc'],
    ['gRPC with a parameter', 'POST', { 'content-type': 'Application/gRPC; a=b' }, 'grpc'],
    ['gRPC that navigates', 'GET', { ...NAVIGATE, 'content-type': 'application/grpc' }, 'grpc'],
    ['a type like that of gRPC', 'POST', { 'content-type': 'application/grpcx' }, 'program'],
    ['gRPC-Web', 'POST', { 'content-type': 'application/grpc-web' }, 'grpc-web'],
    ['gRPC-Web of protobuf', 'POST', { 'content-type': 'application/grpc-web+proto' }, 'grpc-web'],
    ['gRPC-Web as text', 'POST', { 'content-type': 'application/grpc-web-text' }, 'grpc-web'],
    [
      'gRPC-Web as text of protobuf',
      'POST',
      { 'content-type': 'application/grpc-web-text+proto' },
      'grpc-web',
    ],
    [
      'a type like that of gRPC-Web',
      'POST',
      { 'content-type': 'application/grpc-website' },
      'program',
    ],
    [
      'Connect',
      'POST',
      { 'connect-protocol-version': '1', 'content-type': 'application/json' },
      'connect',
    ],
    ['a stream of Connect', 'POST', { 'content-type': 'application/connect+proto' }, 'connect'],
    ['a type like that of Connect', 'POST', { 'content-type': 'application/connected' }, 'program'],
    ['MCP', 'POST', { 'mcp-protocol-version': '2025-11-25' }, 'mcp'],
  ];

  for (const [says, method, headers, kind] of cases) {
    it(`takes ${says} for ${kind}`, () => {
      expect(clientKind(factsOf({ method, headers }))).to.equal(kind);
    });
  }

  const queries: readonly [path: string, method: string, headers: Headers, kind: string][] = [
    ['/a.B/C?connect=v1&message=x', 'GET', {}, 'connect'],
    ['/a.B/C?base64=1&connect=v1', 'GET', { accept: '*/*' }, 'connect'],
    ['/a.B/C?connect=v1', 'POST', {}, 'program'],
    ['/a.B/C?connect=v10', 'GET', {}, 'program'],
    ['/a.B/C?reconnect=v1', 'GET', {}, 'program'],
    ['/connect=v1', 'GET', {}, 'program'],
    ['/a.B/C?connect=v1', 'GET', { ...NAVIGATE, accept: HTML }, 'document'],
  ];
  for (const [path, method, headers, kind] of queries) {
    it(`takes ${method} ${path}${headers['sec-fetch-mode'] === undefined ? '' : ' in a browser'} for ${kind}`, () => {
      expect(clientKind(factsOf({ method, path, headers }))).to.equal(kind);
    });
  }
});
