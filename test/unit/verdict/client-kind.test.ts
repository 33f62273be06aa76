import { expect } from 'chai';
import { clientKind } from '../../../src/verdict/client-kind.ts';
import { factsOf, type Headers } from '../../support/judged-request.ts';

const HTML = 'text/html,application/xhtml+xml,*/*;q=0.8';
const NAVIGATE = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

describe('clientKind', () => {
  const cases: readonly [says: string, method: string, headers: Headers, kind: string][] = [
    ['a browser navigation', 'GET', { ...NAVIGATE, accept: HTML }, 'navigation'],
    [
      'a browser navigation that accepts anything',
      'GET',
      { ...NAVIGATE, accept: '*/*' },
      'navigation',
    ],
    ['a posted form', 'POST', NAVIGATE, 'navigation'],
    ['a frame', 'GET', { ...NAVIGATE, 'sec-fetch-dest': 'iframe', accept: HTML }, 'program'],
    [
      'fetch()',
      'GET',
      { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', accept: HTML },
      'program',
    ],
    [
      'a mode without a destination',
      'GET',
      { 'sec-fetch-mode': 'navigate', accept: HTML },
      'program',
    ],
    [
      'a destination without a mode',
      'GET',
      { 'sec-fetch-dest': 'document', accept: HTML },
      'program',
    ],
    [
      'a WebSocket of a browser',
      'GET',
      { 'sec-fetch-mode': 'websocket', upgrade: 'websocket' },
      'program',
    ],
    ['an old browser', 'GET', { accept: HTML }, 'navigation'],
    [
      'an old browser asking for the head',
      'HEAD',
      { accept: 'Text/HTML; charset=utf-8' },
      'navigation',
    ],
    ['an old browser posting', 'POST', { accept: HTML }, 'program'],
    ['a method in the wrong case', 'get', { accept: HTML }, 'program'],
    ['an old browser upgrading', 'GET', { accept: HTML, upgrade: 'websocket' }, 'program'],
    [
      'XMLHttpRequest of a library',
      'GET',
      { accept: HTML, 'x-requested-with': 'XMLHttpRequest' },
      'program',
    ],
    ['curl', 'GET', { accept: '*/*' }, 'program'],
    ['a client that wants JSON', 'GET', { accept: 'application/json' }, 'program'],
    ['a client that refuses HTML', 'GET', { accept: 'application/json, text/html;q=0' }, 'program'],
    ['a client that refuses HTML at length', 'GET', { accept: 'text/html ; Q=0.000' }, 'program'],
    ['a client that likes HTML least', 'GET', { accept: 'a/b, text/html;q=0.001' }, 'navigation'],
    ['a type that only starts like HTML', 'GET', { accept: 'text/html5' }, 'program'],
    ['a client without any header', 'GET', {}, 'program'],
    ['gRPC', 'POST', { 'content-type': 'application/grpc' }, 'grpc'],
    ['gRPC with its encoding', 'POST', { 'content-type': 'application/grpc+proto' }, 'grpc'],
    [
      'gRPC with a parameter',
      'POST',
      { 'content-type': 'Application/gRPC; charset=utf-8' },
      'grpc',
    ],
    ['gRPC-Web', 'POST', { 'content-type': 'application/grpc-web+proto' }, 'grpc'],
    ['gRPC-Web text', 'POST', { 'content-type': 'application/grpc-web-text' }, 'grpc'],
    [
      'gRPC that claims to navigate',
      'GET',
      { ...NAVIGATE, 'content-type': 'application/grpc' },
      'grpc',
    ],
    ['Connect', 'POST', { 'content-type': 'application/connect+proto' }, 'program'],
  ];

  for (const [says, method, headers, kind] of cases) {
    it(`takes ${says} for ${kind}`, () => {
      expect(clientKind(factsOf({ method, headers }))).to.equal(kind);
    });
  }

  it('does not believe two lines that say different things', () => {
    const headers = [
      { name: 'sec-fetch-mode', value: 'navigate' },
      { name: 'sec-fetch-mode', value: 'cors' },
      { name: 'sec-fetch-dest', value: 'document' },
    ];
    expect(clientKind(factsOf({ headers }))).to.equal('program');
  });
});
