import { expect } from 'chai';
import { assertDenies, encodeDeny } from '../../../src/transport/encode-deny.ts';
import { encodeAllow } from '../../../src/transport/encode-allow.ts';
import { UnsafeReply } from '../../../src/transport/unsafe-reply.ts';
import type { DenyReply } from '../../../src/authz/check-call.ts';
import { curfewMetadata, decodeCheckResponse } from '../../support/check-request.ts';
import { allowReply, denyReply } from '../../support/reply.ts';
import { field, rawField, varint } from '../../support/wire-bytes.ts';

const encoded = (parts: Partial<DenyReply>) =>
  decodeCheckResponse(Buffer.from(encodeDeny(denyReply(parts)), 'latin1'));

describe('encode-deny', () => {
  for (const httpStatus of [401, 302, 303] as const) {
    it(`denies with UNAUTHENTICATED and HTTP status ${httpStatus}`, () => {
      const response = encoded({ httpStatus });
      expect(response.status).to.deep.equal({ code: 16 });
      expect(response.denied_response?.status).to.deep.equal({ code: httpStatus });
      expect(response).not.to.have.property('ok_response');
    });
  }

  it('leaves `append` unset, with which Envoy keeps several of one name', () => {
    const headers = [
      ['set-cookie', 'a='],
      ['set-cookie', 'b='],
    ] as const;
    expect(encoded({ headers }).denied_response?.headers).to.deep.equal([
      { header: { key: 'set-cookie', value: 'a=' } },
      { header: { key: 'set-cookie', value: 'b=' } },
    ]);
  });

  it('carries the body as it is', () => {
    expect(encoded({ body: '<p>Tschüß 😀\n' }).denied_response?.body).to.equal('<p>Tschüß 😀\n');
  });

  it('mends half a character in the body, with which Envoy could read nothing at all', () => {
    expect(encoded({ body: 'a\ud800b' }).denied_response?.body).to.equal('a\ufffdb');
  });

  it('puts its metadata under one key', () => {
    expect(curfewMetadata(encoded({}))).to.include({ verdict: 'deny', reason: 'idle_timeout' });
  });

  const UNSAFE: Readonly<Record<string, object>> = {
    'CR LF in a value': { headers: [['location', '/\r\nset-cookie: a=1']] },
    'a value beyond ASCII': { headers: [['location', '/ü']] },
    'a name that is no token': { headers: [['a b', '']] },
    'HTTP status 200': { httpStatus: 200 },
    'HTTP status 0': { httpStatus: 0 },
    'no HTTP status': { httpStatus: undefined },
  };
  for (const [fault, parts] of Object.entries(UNSAFE)) {
    it(`refuses ${fault}`, () => {
      expect(() => encodeDeny({ ...denyReply(), ...parts })).to.throw(UnsafeReply);
    });
  }
});

describe('assert-denies', () => {
  const status = (code: number): Buffer => field(1, rawField(1, 0, varint(code)));

  it('is content with the bytes of a denial', () => {
    expect(() => {
      assertDenies(status(16).toString('latin1'));
    }).not.to.throw();
  });

  const NO_DENIALS: Readonly<Record<string, Buffer>> = {
    'no bytes': Buffer.alloc(0),
    'no status': field(2, field(3, 'body')),
    'a status without code': field(1),
    'code 0': status(0),
    'another code': status(7),
    'a second status that allows': Buffer.concat([status(16), status(0)]),
    'a second code that allows': field(1, rawField(1, 0, varint(16)), rawField(1, 0, varint(0))),
    'an allow': Buffer.from(encodeAllow(allowReply()), 'latin1'),
  };
  for (const [what, bytes] of Object.entries(NO_DENIALS)) {
    it(`is not content with ${what}`, () => {
      expect(() => {
        assertDenies(bytes.toString('latin1'));
      }).to.throw();
    });
  }
});
