import { expect } from 'chai';
import type { DenyReply } from '../../../../src/authz/check-call.ts';
import { UnsafeReply } from '../../../../src/transport/codec/codec-fault.ts';
import { encodeAllow } from '../../../../src/transport/codec/encode-allow.ts';
import { assertDenies, encodeDeny } from '../../../../src/transport/codec/encode-deny.ts';
import { field, rawField, varint } from '../../../support/protobuf/wire-bytes.ts';
import { curfewMetadata, decodeCheckResponse } from '../../../support/requests/check-request.ts';
import { allowReply, denyReply } from '../../../support/requests/reply.ts';

const encoded = (parts: Partial<DenyReply>) =>
  decodeCheckResponse(Buffer.from(encodeDeny(denyReply(parts)), 'latin1'));

describe('encode-deny', () => {
  for (const httpStatus of [200, 204, 302, 303, 401, 404, 503] as const) {
    it(`denies with UNAUTHENTICATED and HTTP status ${httpStatus}`, () => {
      const response = encoded({ httpStatus });
      expect(response.status).to.deep.equal({ code: 16 });
      expect(response.denied_response?.status).to.deep.equal({ code: httpStatus });
      expect(response).not.to.have.property('ok_response');
    });
  }

  it('leaves `append` unset, so that Envoy keeps several headers of one name', () => {
    const headers = [
      ['set-cookie', 'a='],
      ['set-cookie', 'b='],
    ] as const;
    expect(encoded({ headers }).denied_response?.headers).to.deep.equal([
      { header: { key: 'set-cookie', value: 'a=' } },
      { header: { key: 'set-cookie', value: 'b=' } },
    ]);
  });

  it('sends the body unchanged', () => {
    expect(encoded({ body: '<p>Tschüß 😀\n' }).denied_response?.body).to.equal('<p>Tschüß 😀\n');
  });

  it('replaces a lone surrogate in the body, because Envoy could not read the response with it', () => {
    expect(encoded({ body: 'a\ud800b' }).denied_response?.body).to.equal('a\ufffdb');
  });

  it('puts the metadata under one key', () => {
    expect(curfewMetadata(encoded({}))).to.include({ verdict: 'deny', reason: 'idle_timeout' });
  });

  const UNSAFE: Readonly<Record<string, object>> = {
    'CR LF in a value': { headers: [['location', '/\r\nset-cookie: a=1']] },
    'a value outside ASCII': { headers: [['location', '/ü']] },
    'a name that is not a token': { headers: [['a b', '']] },
    'HTTP status 403': { httpStatus: 403 },
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

  it('accepts the bytes of a denial', () => {
    expect(() => {
      assertDenies(status(16).toString('latin1'));
    }).not.to.throw();
  });

  const NOT_DENIALS: Readonly<Record<string, Buffer>> = {
    'no bytes': Buffer.alloc(0),
    'no status': field(2, field(3, 'body')),
    'a status without code': field(1),
    'code 0': status(0),
    'another code': status(7),
    'a second status that allows': Buffer.concat([status(16), status(0)]),
    'a second code that allows': field(1, rawField(1, 0, varint(16)), rawField(1, 0, varint(0))),
    'an allow': Buffer.from(encodeAllow(allowReply()), 'latin1'),
  };
  for (const [what, bytes] of Object.entries(NOT_DENIALS)) {
    it(`refuses ${what}`, () => {
      expect(() => {
        assertDenies(bytes.toString('latin1'));
      }).to.throw();
    });
  }
});
