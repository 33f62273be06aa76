import { expect } from 'chai';
import * as fc from 'fast-check';
import { decodeCheckRequest } from '../../../../src/transport/codec/decode-check-request.ts';
import { ALL_HEADERS } from '../../../support/requests/all-headers.ts';
import { arbitraryAllow, arbitraryDeny } from '../../../support/requests/arbitrary-reply.ts';
import { arbitraryRequest } from '../../../support/requests/arbitrary-request.ts';
import {
  checkRequest,
  encodeCheckRequest,
  type CheckRequestParts,
} from '../../../support/requests/check-request.ts';
import { withTheRest } from '../../../support/protobuf/whole-request.ts';
import {
  codec,
  officialDefinitions,
  ourDefinitions,
} from '../../../support/protobuf/wire-definitions.ts';
import { plainAllow, plainDeny } from './plain-response.ts';

const officialRequest = codec(officialDefinitions, 'envoy.service.auth.v3.CheckRequest');
const ourRequest = codec(ourDefinitions, 'envoy.service.auth.v3.CheckRequest');
const officialResponse = codec(officialDefinitions, 'envoy.service.auth.v3.CheckResponse');
const ourResponse = codec(ourDefinitions, 'envoy.service.auth.v3.CheckResponse');

describe('round trip through the official definitions', () => {
  it('our definitions write each request in the same bytes', () => {
    fc.assert(
      fc.property(arbitraryRequest, (parts) => {
        const bytes = ourRequest.serialize(checkRequest(parts));
        expect(officialRequest.serialize(checkRequest(parts))).to.deep.equal(bytes);
        expect(ourRequest.deserialize(bytes)).to.deep.equal(officialRequest.deserialize(bytes));
      }),
    );
  });

  it('our reader finds the facts in each request that they write', () => {
    fc.assert(
      fc.property(arbitraryRequest, (parts) => {
        const facts = decodeCheckRequest(
          officialRequest.serialize(checkRequest(parts)),
          150,
          ALL_HEADERS,
        );
        expect(facts).to.deep.equal(expectedFacts(parts));
      }),
    );
  });

  it('our reader finds the same facts if the request has all other fields that Envoy sends', () => {
    fc.assert(
      fc.property(arbitraryRequest, (parts) => {
        const whole = withTheRest(checkRequest(parts));
        const facts = decodeCheckRequest(officialRequest.serialize(whole), 150, ALL_HEADERS);
        expect(facts).to.deep.equal(expectedFacts(parts));
      }),
    );
  });

  it('our definitions read each reply in the same way', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryAllow, arbitraryDeny), (reply) => {
        const bytes = reply.kind === 'allow' ? plainAllow(reply) : plainDeny(reply);
        expect(ourResponse.deserialize(bytes)).to.deep.equal(officialResponse.deserialize(bytes));
      }),
    );
  });

  it('the builder that other tests use writes the same bytes', () => {
    fc.assert(
      fc.property(arbitraryRequest, (parts) => {
        expect(encodeCheckRequest(parts)).to.deep.equal(
          officialRequest.serialize(checkRequest(parts)),
        );
      }),
    );
  });
});

function expectedFacts(parts: CheckRequestParts): object {
  const { method, scheme, host, path, principal, context = {}, headers = {}, rawHeaders } = parts;
  return {
    method,
    scheme,
    host,
    path,
    principal,
    headers:
      rawHeaders?.map(([name, value]) => ({
        name,
        value: Buffer.from(value).toString('latin1'),
      })) ?? Object.entries(headers).map(([name, value]) => ({ name, value })),
    linesJoined: rawHeaders === undefined,
    context: new Map(Object.entries(context)),
    jwtMetadata: parts.jwtMetadata,
    callBudgetMs: 150,
  };
}
