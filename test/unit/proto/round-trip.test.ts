import { expect } from 'chai';
import * as fc from 'fast-check';
import type { HeaderPair } from '../../../src/authz/check-call.ts';
import { decodeCheckRequest } from '../../../src/transport/decode-check-request.ts';
import { encodeAllow } from '../../../src/transport/encode-allow.ts';
import { encodeDeny } from '../../../src/transport/encode-deny.ts';
import { ALL_HEADERS } from '../../support/all-headers.ts';
import { arbitraryAllow, arbitraryDeny } from '../../support/arbitrary-reply.ts';
import { arbitraryRequest } from '../../support/arbitrary-request.ts';
import {
  checkRequest,
  curfewMetadata,
  decodeCheckResponse,
  encodeCheckRequest,
  type CheckRequestParts,
} from '../../support/check-request.ts';
import { withTheRest } from '../../support/whole-request.ts';
import { codec, officialDefinitions, ourDefinitions } from '../../support/wire-definitions.ts';

const officialRequest = codec(officialDefinitions, 'envoy.service.auth.v3.CheckRequest');
const ourRequest = codec(ourDefinitions, 'envoy.service.auth.v3.CheckRequest');
const officialResponse = codec(officialDefinitions, 'envoy.service.auth.v3.CheckResponse');
const ourResponse = codec(ourDefinitions, 'envoy.service.auth.v3.CheckResponse');

describe('round trip through the official definitions', () => {
  it('writes each question in the same bytes as they do', () => {
    fc.assert(
      fc.property(arbitraryRequest, (parts) => {
        const bytes = ourRequest.serialize(checkRequest(parts));
        expect(officialRequest.serialize(checkRequest(parts))).to.deep.equal(bytes);
        expect(ourRequest.deserialize(bytes)).to.deep.equal(officialRequest.deserialize(bytes));
      }),
    );
  });

  it('reads the facts out of each question that they write', () => {
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

  it('reads the same facts when everything else that Envoy sends is there too', () => {
    fc.assert(
      fc.property(arbitraryRequest, (parts) => {
        const whole = withTheRest(checkRequest(parts));
        const facts = decodeCheckRequest(officialRequest.serialize(whole), 150, ALL_HEADERS);
        expect(facts).to.deep.equal(expectedFacts(parts));
      }),
    );
  });

  it('writes allows that they read as the same allow, and rewrite in the same bytes', () => {
    fc.assert(
      fc.property(arbitraryAllow, (reply) => {
        const bytes = Buffer.from(encodeAllow(reply), 'latin1');
        const read = officialResponse.deserialize(bytes);
        expect(read).to.deep.include({
          status: { code: 0 },
          ok_response: {
            ...list('headers', reply.requestHeaders.map(asSet)),
            ...list('headers_to_remove', reply.requestHeadersToRemove),
            ...list('response_headers_to_add', reply.responseHeaders.map(asOverwrite)),
          },
        });
        expect(read).not.to.have.property('denied_response');
        expect(officialResponse.serialize(read)).to.deep.equal(bytes);
        expect(ourResponse.deserialize(bytes)).to.deep.equal(read);
      }),
    );
  });

  it('writes denials that they read as the same denial, and rewrite in the same bytes', () => {
    fc.assert(
      fc.property(arbitraryDeny, (reply) => {
        const bytes = Buffer.from(encodeDeny(reply), 'latin1');
        const read = officialResponse.deserialize(bytes);
        expect(read).to.deep.include({
          status: { code: 16 },
          denied_response: {
            status: { code: reply.httpStatus },
            ...list('headers', reply.headers.map(asSet)),
            body: reply.body,
          },
        });
        expect(read).not.to.have.property('ok_response');
        expect(officialResponse.serialize(read)).to.deep.equal(bytes);
        expect(ourResponse.deserialize(bytes)).to.deep.equal(read);
      }),
    );
  });

  it('writes metadata as one struct of plain values, without what is undefined', () => {
    fc.assert(
      fc.property(arbitraryDeny, (reply) => {
        const known = Object.entries(reply.metadata).filter(([, value]) => value !== undefined);
        const read = curfewMetadata(decodeCheckResponse(Buffer.from(encodeDeny(reply), 'latin1')));
        expect(read).to.deep.equal(Object.fromEntries(known));
      }),
    );
  });

  it('agrees with the builder that other tests use', () => {
    fc.assert(
      fc.property(arbitraryRequest, (parts) => {
        expect(encodeCheckRequest(parts)).to.deep.equal(
          officialRequest.serialize(checkRequest(parts)),
        );
      }),
    );
  });
});

function asSet([key, value]: HeaderPair): object {
  return { header: { key, value } };
}

function asOverwrite([key, value]: HeaderPair): object {
  return key === 'set-cookie'
    ? { header: { key, value }, append: { value: true } }
    : { header: { key, value }, append_action: 2 };
}

/** protobuf does not tell an empty list from none. */
function list(name: string, values: readonly unknown[]): object {
  return values.length === 0 ? {} : { [name]: [...values] };
}

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
