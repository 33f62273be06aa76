// Holds our writer of CheckResponse against Envoy's own definitions in a protobuf library. Parts are kept from reply to
// reply, so replies come in sequences. Longer by hand: `PROOF_RUNS=200 node test/support/run.mjs mocha --timeout 0
// test/unit/proto/writer-proof.test.ts`, a run again: with `PROOF_SEED=…` as it was printed.

import { expect } from 'chai';
import * as fc from 'fast-check';
import type { AllowReply, DenyReply, HeaderPair } from '../../../src/authz/check-call.ts';
import { encodeReply } from '../../../src/transport/encode-reply.ts';
import { arbitraryAllow, arbitraryDeny } from '../../support/arbitrary-reply.ts';
import {
  curfewMetadata,
  type CheckResponse,
  type HeaderChange,
} from '../../support/check-request.ts';
import { PROOF_SEED, proofRuns } from '../../support/proof-runs.ts';
import { codec, officialDefinitions } from '../../support/wire-definitions.ts';

const official = codec(officialDefinitions, 'envoy.service.auth.v3.CheckResponse');

/** Around each length at which a length on the wire takes a byte more, or a beginning is no longer kept. */
const length = fc
  .tuple(fc.constantFrom(0, 40, 127, 128, 300, 511, 512, 16_383, 16_384), fc.nat({ max: 8 }))
  .map(([base, more]) => Math.max(0, base - 6 + more));
const longText = length.map((characters) => 'x'.repeat(characters));
const policy = fc.oneof(
  fc.constantFrom('default', 'payments', '', 'ü', '__proto__'),
  fc.string({ unit: 'binary' }),
  longText,
);
const reason = fc.constantFrom('ok', 'idle_timeout', 'no_credential');
const source = fc.constantFrom('web', 'api', undefined);
const longPairs = fc.array(
  fc.tuple(fc.constantFrom('location', 'set-cookie', 'x', '__proto__'), longText),
  { maxLength: 3 },
);

const allow = fc
  .tuple(arbitraryAllow, policy, reason, source, fc.option(longText, { nil: undefined }), longPairs)
  .map(([reply, name, why, from, session, pairs]): AllowReply => ({
    ...reply,
    requestHeaders: [...reply.requestHeaders, ...pairs],
    responseHeaders: [...pairs, ...reply.responseHeaders],
    metadata: { ...reply.metadata, policy: name, reason: why, source: from, session },
  }));
const deny = fc
  .tuple(arbitraryDeny, policy, reason, source, longText, longPairs)
  .map(([reply, name, why, from, body, pairs]): DenyReply => ({
    ...reply,
    headers: [...reply.headers, ...pairs],
    body: reply.body + body,
    metadata: { ...reply.metadata, policy: name, reason: why, source: from },
  }));

describe(`the writer beside the official definitions (seed ${PROOF_SEED})`, () => {
  it('writes replies of which they read exactly what was said, whatever was written before', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(allow, deny), { minLength: 1, maxLength: 12 }), (replies) => {
        // Each once more at the end: of kept parts alone.
        for (const reply of [...replies, ...replies]) {
          expect(readBack(reply)).to.deep.equal(said(reply));
        }
      }),
      proofRuns(150),
    );
  });

  it('writes the same when it has seen more policies and reasons than it keeps', () => {
    for (let number = 0; number < 3_000; number += 1) {
      const reply = replyOf({ policy: `policy-${number}`, reason: 'ok' });
      expect(readBack(reply)).to.deep.equal(said(reply));
    }
    for (let number = 0; number < 200; number += 1) {
      const reply = replyOf({ policy: 'default', reason: `reason-${number}` });
      expect(readBack(reply)).to.deep.equal(said(reply));
    }
  });
});

function replyOf(words: { readonly policy: string; readonly reason: string }): AllowReply {
  const metadata = { verdict: 'allow', mode: 'enforce', source: 'web', session: 'f00d' } as const;
  const remaining = { idle_remaining_s: 5, absolute_remaining_s: undefined };
  return {
    kind: 'allow',
    requestHeaders: [],
    requestHeadersToRemove: [],
    responseHeaders: [],
    metadata: { ...metadata, ...remaining, ...words },
  };
}

interface Said {
  readonly code: number;
  readonly httpStatus: number | undefined;
  readonly headers: readonly HeaderPair[];
  readonly removed: readonly string[];
  readonly responseHeaders: readonly HeaderPair[];
  readonly body: string;
  readonly metadata: object;
}

function said(reply: AllowReply | DenyReply): Said {
  const known = Object.entries(reply.metadata).filter(([, value]) => value !== undefined);
  const metadata = Object.fromEntries(
    known.map(([key, value]) => [key, typeof value === 'string' ? value.toWellFormed() : value]),
  );
  return reply.kind === 'allow'
    ? {
        code: 0,
        httpStatus: undefined,
        headers: reply.requestHeaders,
        removed: reply.requestHeadersToRemove,
        responseHeaders: reply.responseHeaders,
        body: '',
        metadata,
      }
    : {
        code: 16,
        httpStatus: reply.httpStatus,
        headers: reply.headers,
        removed: [],
        responseHeaders: [],
        body: reply.body.toWellFormed(),
        metadata,
      };
}

function readBack(reply: AllowReply | DenyReply): Said {
  const answer = encodeReply(reply);
  if (answer.kind !== 'response') throw new Error('a verdict is a response');
  const bytes = Buffer.from(answer.text, 'latin1');
  const read: CheckResponse = official.deserialize(bytes);
  // Nothing is in the bytes that was not read.
  expect(official.serialize(read)).to.deep.equal(bytes);
  const { ok_response: ok, denied_response: denied } = read;
  expect(ok === undefined).to.equal(reply.kind === 'deny');
  expect(denied === undefined).to.equal(reply.kind === 'allow');
  return {
    code: read.status?.code ?? -1,
    httpStatus: denied?.status?.code,
    headers: (ok ?? denied)?.headers?.map(pairOf) ?? [],
    removed: ok?.headers_to_remove ?? [],
    responseHeaders: ok?.response_headers_to_add?.map(pairOf) ?? [],
    body: denied?.body ?? '',
    metadata: curfewMetadata(read),
  };
}

function pairOf({ header, append, append_action: action }: HeaderChange): HeaderPair {
  const name = header?.key ?? '';
  if (action !== undefined || append !== undefined) {
    // On responses: a cookie is added, everything else replaced.
    expect(name === 'set-cookie' ? append : action).to.deep.equal(
      name === 'set-cookie' ? { value: true } : 2,
    );
  }
  return [name, header?.value ?? ''];
}
