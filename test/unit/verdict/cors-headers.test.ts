import { expect } from 'chai';
import { buildDeny } from '../../../src/verdict/denial/build-deny.ts';
import { type Headers, judgedOf, valuesOf } from '../../support/requests/judged-request.ts';

const SHOP = 'https://shop.example.com';
const corsOrigins = new Set([SHOP]);

const NAMES = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'vary',
];
const corsOf = (
  headers: Headers,
  origins: ReadonlySet<string> = corsOrigins,
): Record<string, readonly string[]> => {
  const reply = buildDeny(
    judgedOf({ facts: { headers }, policy: { corsOrigins: origins } }),
    'idle_timeout',
  );
  return Object.fromEntries(NAMES.map((name) => [name, valuesOf(reply.headers, name)]));
};
const none = { [NAMES[0] ?? '']: [], [NAMES[1] ?? '']: [], [NAMES[2] ?? '']: [] };

describe('CORS on a denial', () => {
  it('lets a page of a configured origin read it', () => {
    expect(corsOf({ origin: SHOP })).to.deep.equal({
      'access-control-allow-origin': [SHOP],
      'access-control-allow-credentials': ['true'],
      'access-control-expose-headers': ['www-authenticate'],
      vary: ['origin'],
    });
  });

  it('lets a gRPC-Web client read its status, too', () => {
    const headers = { origin: SHOP, 'content-type': 'application/grpc-web+proto' };
    expect(corsOf(headers)['access-control-expose-headers']).to.deep.equal([
      'www-authenticate, grpc-status, grpc-message',
    ]);
  });

  for (const origin of [
    'https://evil.example',
    'https://shop.example.com.evil.example',
    'https://shop.example.com:8443',
    'http://shop.example.com',
    'https://SHOP.example.com',
    `${SHOP}/`,
    `${SHOP},${SHOP}`,
    `${SHOP}\r\nx-evil: 1`,
    'null',
    '',
    '*',
  ]) {
    it(`only says to ${JSON.stringify(origin)} that the answer depends on the origin`, () => {
      expect(corsOf({ origin })).to.deep.equal({ ...none, vary: ['origin'] });
    });
  }

  it('says to a request without an origin that the answer depends on it, because of caches', () => {
    expect(corsOf({})).to.deep.equal({ ...none, vary: ['origin'] });
  });

  it('is silent where no origin is configured', () => {
    expect(corsOf({ origin: SHOP }, new Set())).to.deep.equal({ ...none, vary: [] });
  });

  it('does not accept two lines as one origin', () => {
    const headers = [
      { name: 'origin', value: 'https://evil.example' },
      { name: 'origin', value: SHOP },
    ];
    const reply = buildDeny(judgedOf({ facts: { headers }, policy: { corsOrigins } }), 'revoked');
    expect(valuesOf(reply.headers, 'access-control-allow-origin')).to.deep.equal([]);
  });
});
