import { expect } from 'chai';
import type { RequestFacts } from '../../../../src/authz/check-call.ts';
import { decodeCheckRequest } from '../../../../src/transport/codec/decode-check-request.ts';
import {
  attributesOf,
  EMPTY_HTTP,
  entry,
  field,
  requestOf,
} from '../../../support/protobuf/wire-bytes.ts';
import { ALL_HEADERS } from '../../../support/requests/all-headers.ts';
import {
  encodeCheckRequest,
  type CheckRequestParts,
} from '../../../support/requests/check-request.ts';

const facts = (parts: CheckRequestParts): RequestFacts =>
  decodeCheckRequest(encodeCheckRequest(parts), undefined, ALL_HEADERS);
const factsOf = (bytes: Buffer): RequestFacts => decodeCheckRequest(bytes, undefined, ALL_HEADERS);

describe('decode-check-request', () => {
  it('reads method, scheme, host and path as the client wrote them', () => {
    expect(
      facts({ method: 'get', scheme: 'http', host: 'App.Example.com:8443', path: '/A/../b?c=%2F' }),
    ).to.include({
      method: 'get',
      scheme: 'http',
      host: 'App.Example.com:8443',
      path: '/A/../b?c=%2F',
    });
  });

  it('reads the principal and the context, and passes on the call budget', () => {
    const bytes = encodeCheckRequest({ principal: 'spiffe://a/b\n', context: { tier: 'gold' } });
    const decoded = decodeCheckRequest(bytes, 150, ALL_HEADERS);
    expect(decoded).to.include({ principal: 'spiffe://a/b\n', callBudgetMs: 150 });
    expect([...decoded.context]).to.deep.equal([['tier', 'gold']]);
  });

  it('accepts an empty request', () => {
    expect(factsOf(attributesOf(EMPTY_HTTP))).to.deep.equal({
      method: '',
      scheme: '',
      host: '',
      path: '',
      headers: [],
      linesJoined: true,
      principal: '',
      context: new Map(),
      jwtMetadata: undefined,
      callBudgetMs: undefined,
    });
  });

  describe('header lines', () => {
    it('come from the map form, with joined lines', () => {
      const { headers, linesJoined } = facts({ headers: { cookie: 'a=1,a=2', accept: '*/*' } });
      expect(linesJoined).to.equal(true);
      expect(headers).to.deep.equal([
        { name: 'cookie', value: 'a=1,a=2' },
        { name: 'accept', value: '*/*' },
      ]);
    });

    it('come from the raw form one by one, in order', () => {
      const { headers, linesJoined } = facts({
        rawHeaders: [
          ['cookie', 'a=1'],
          ['accept', '*/*'],
          ['cookie', 'a=2'],
        ],
      });
      expect(linesJoined).to.equal(false);
      expect(headers).to.deep.equal([
        { name: 'cookie', value: 'a=1' },
        { name: 'accept', value: '*/*' },
        { name: 'cookie', value: 'a=2' },
      ]);
    });

    it('are bytes in the raw form: 256 bytes become 256 characters', () => {
      const all = Uint8Array.from({ length: 256 }, (_, index) => index);
      const { headers } = facts({ rawHeaders: [['x', all]] });
      expect(Buffer.from(headers[0]?.value ?? '', 'latin1')).to.deep.equal(Buffer.from(all));
      expect(headers[0]?.value).to.have.lengthOf(256);
    });

    it('may be in `value` of the raw form, where they are bytes too', () => {
      const line = field(1, field(1, 'x'), field(2, 'ü'));
      expect(factsOf(requestOf(field(13, line))).headers).to.deep.equal([
        { name: 'x', value: 'Ã¼' },
      ]);
    });

    it('are text in the map form', () => {
      expect(facts({ headers: { x: 'ü' } }).headers).to.deep.equal([{ name: 'x', value: 'ü' }]);
    });

    for (const form of ['headers', 'rawHeaders'] as const) {
      it(`have lower-case names and no pseudo headers in the form of ${form}`, () => {
        const sent = { ':path': '/x', ':': '', 'X-Dup': 'p' };
        const parts = form === 'headers' ? { headers: sent } : { rawHeaders: Object.entries(sent) };
        expect(facts(parts).headers).to.deep.equal([{ name: 'x-dup', value: 'p' }]);
      });

      it(`may be named like inherited properties, in the form of ${form}`, () => {
        const names = ['__proto__', 'constructor', 'tostring', 'hasownproperty'];
        const bytes =
          form === 'headers'
            ? requestOf(...names.map((name) => entry(3, name, `of ${name}`)))
            : requestOf(field(13, ...names.map((name) => entry(1, name, `of ${name}`))));
        expect(factsOf(bytes).headers).to.deep.equal(
          names.map((name) => ({ name, value: `of ${name}` })),
        );
      });
    }

    it('stay apart if their names differ only by an underscore', () => {
      const { headers } = facts({ headers: { 'x-user': 'a', x_user: 'b' } });
      expect(headers.map(({ name }) => name)).to.deep.equal(['x-user', 'x_user']);
    });

    it('may be 60 KB long', () => {
      const long = 'x'.repeat(60 * 1024);
      expect(facts({ headers: { cookie: long } }).headers[0]?.value).to.equal(long);
    });

    it('become U+FFFD if they are not UTF-8 in the map form, so that a client cannot cause a fault', () => {
      const bytes = requestOf(entry(3, 'cookie', Uint8Array.of(0x61, 0xff)));
      expect(factsOf(bytes).headers).to.deep.equal([{ name: 'cookie', value: 'a\u{fffd}' }]);
    });
  });

  it('marks a path that is not UTF-8 with U+FFFD', () => {
    expect(factsOf(requestOf(field(4, Uint8Array.of(0x2f, 0xe9)))).path).to.equal('/\u{fffd}');
  });

  it('keeps context keys named like inherited properties', () => {
    const bytes = attributesOf(
      EMPTY_HTTP,
      entry(10, '__proto__', 'a'),
      entry(10, 'constructor', 'b'),
    );
    expect([...factsOf(bytes).context]).to.deep.equal([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });

  describe('the metadata of jwt_authn', () => {
    it('is plain values', () => {
      const payload = { sub: 'u', exp: 1.5e9, ok: true, no: null, aud: ['a', { b: [] }] };
      expect(facts({ jwtPayload: payload }).jwtMetadata).to.deep.equal({ payload });
    });

    it('has no prototype, at any depth', () => {
      const payload = facts({ jwtPayload: { inner: {} } }).jwtMetadata?.['payload'] as object;
      expect(Object.getPrototypeOf(payload)).to.equal(null);
      expect(payload).not.to.have.property('constructor');
    });

    it('may have keys named like inherited properties', () => {
      const text = field(3, 'x');
      const struct = field(2, entry(1, '__proto__', text), entry(1, 'constructor', text));
      const jwt = field(1, field(1, 'envoy.filters.http.jwt_authn'), struct);
      const { jwtMetadata } = factsOf(attributesOf(EMPTY_HTTP, field(11, jwt)));
      expect(Object.entries(jwtMetadata ?? {})).to.deep.equal([
        ['__proto__', 'x'],
        ['constructor', 'x'],
      ]);
    });

    it('is undefined if the filter sent none', () => {
      expect(facts({}).jwtMetadata).to.equal(undefined);
    });

    it('is not taken from another filter', () => {
      const other = entry(1, 'envoy.filters.http.ext_authz', entry(1, 'payload', field(3, 'x')));
      expect(factsOf(attributesOf(EMPTY_HTTP, field(11, other))).jwtMetadata).to.equal(undefined);
    });
  });
});
