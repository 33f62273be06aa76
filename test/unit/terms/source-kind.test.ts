import { expect } from 'chai';
import {
  bytesOf,
  headerNameOf,
  type BearerPlace,
  type BytesPlace,
  type CookiePlace,
  type CredentialPlace,
  type HeaderPlace,
} from '../../../src/terms/credential-place.ts';
import { sampleLine, schemeOf, SOURCE_KINDS, whereOf } from '../../../src/terms/source-kind.ts';
import { jwtSource } from '../../support/requests/judged-request.ts';
import { cookiePlace } from '../../support/requests/cookie-place.ts';

const COOKIE: CookiePlace = cookiePlace('sid');
const HEADER: HeaderPlace = { kind: 'header', name: 'x-session' };
const BEARER: BearerPlace = { kind: 'bearer' };
const tokenIn = (place: BytesPlace): CredentialPlace => jwtSource(place).place;

interface Expected {
  readonly place: CredentialPlace;
  readonly bytes: BytesPlace;
  readonly header: string;
  readonly scheme: string;
  readonly where: string;
  readonly line: string;
}

const PLACES: readonly Expected[] = [
  {
    place: COOKIE,
    bytes: COOKIE,
    header: 'cookie',
    scheme: 'Session',
    where: 'cookie "sid"',
    line: 'sid=abc',
  },
  {
    place: HEADER,
    bytes: HEADER,
    header: 'x-session',
    scheme: 'Session',
    where: 'header "x-session"',
    line: 'abc',
  },
  {
    place: BEARER,
    bytes: BEARER,
    header: 'authorization',
    scheme: 'Bearer',
    where: 'bearer token',
    line: 'Bearer abc',
  },
  {
    place: tokenIn(COOKIE),
    bytes: COOKIE,
    header: 'cookie',
    scheme: 'Bearer',
    where: 'JWT in cookie "sid", verified by envoy',
    line: 'sid=abc',
  },
  {
    place: tokenIn(HEADER),
    bytes: HEADER,
    header: 'x-session',
    scheme: 'Bearer',
    where: 'JWT in header "x-session", verified by envoy',
    line: 'abc',
  },
  {
    place: tokenIn(BEARER),
    bytes: BEARER,
    header: 'authorization',
    scheme: 'Bearer',
    where: 'JWT in bearer token, verified by envoy',
    line: 'Bearer abc',
  },
];

describe('a kind of source', () => {
  it('is each of those of the policy file, in the order of its pages', () => {
    expect(SOURCE_KINDS).to.deep.equal(['cookie', 'header', 'bearer', 'jwt']);
    expect([...new Set(PLACES.map(({ place }) => place.kind))]).to.have.members(SOURCE_KINDS);
  });

  for (const { place, bytes, header, scheme, where, line } of PLACES) {
    it(`says of a ${where} where its bytes are and what shows it`, () => {
      expect(bytesOf(place)).to.deep.equal(bytes);
      expect(headerNameOf(place)).to.equal(header);
      expect(schemeOf(place)).to.equal(scheme);
      expect(whereOf(place)).to.equal(where);
      expect(sampleLine(place, 'abc')).to.deep.equal({ name: header, value: line });
    });
  }
});
