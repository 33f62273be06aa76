// Compares our encoders with the plain way to write a CheckResponse. Our encoders keep parts from
// one reply to the next, so replies come in sequences.
//
// For a longer run, with the seed that a run printed to repeat it:
// PROOF_RUNS=200 PROOF_SEED=1 node tools/run.mjs mocha --timeout 0 \
//   test/unit/transport/codec/writer-proof.test.ts

import { expect } from 'chai';
import * as fc from 'fast-check';
import type { AllowReply, DenyReply } from '../../../../src/authz/check-call.ts';
import { encodeAllow } from '../../../../src/transport/codec/encode-allow.ts';
import { encodeDeny } from '../../../../src/transport/codec/encode-deny.ts';
import { PROOF_SEED, proofRuns } from '../../../support/protobuf/proof-runs.ts';
import { arbitraryAllow, arbitraryDeny } from '../../../support/requests/arbitrary-reply.ts';
import { allowReply } from '../../../support/requests/reply.ts';
import { plainAllow, plainDeny } from './plain-response.ts';

/**
 * Around each length at which a length on the wire takes one more byte, or a part is no longer
 * kept.
 */
const length = fc
  .tuple(fc.constantFrom(0, 40, 127, 128, 300, 511, 512, 16_383, 16_384), fc.nat({ max: 8 }))
  .map(([base, more]) => Math.max(0, base - 6 + more));
const longText = length.map((characters) => 'x'.repeat(characters));
const policy = fc.oneof(
  fc.constantFrom('default', 'payments', '', 'ü', '__proto__', 'half \ud800 a character'),
  fc.string({ unit: 'binary' }),
  longText,
);
const reason = fc.constantFrom('ok', 'idle_timeout', 'no_credential');
const source = fc.constantFrom('web', 'api', undefined);
const longPairs = fc.array(
  fc.tuple(
    fc.constantFrom('location', 'set-cookie', 'access-control-expose-headers', 'x', '__proto__'),
    longText,
  ),
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

describe(`our encoders beside the plain one (seed ${PROOF_SEED})`, () => {
  it('write the same bytes, whatever they wrote before', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(allow, deny), { minLength: 1, maxLength: 12 }), (replies) => {
        // Each reply a second time at the end: by then its parts are kept.
        for (const reply of [...replies, ...replies]) expectPlainBytes(reply);
      }),
      proofRuns(150),
    );
  });

  it('write the same bytes after more policies and reasons than they keep', () => {
    const { metadata } = allowReply();
    for (let number = 0; number < 3_000; number += 1) {
      expectPlainBytes(allowReply({ metadata: { ...metadata, policy: `policy-${number}` } }));
    }
    for (let number = 0; number < 200; number += 1) {
      expectPlainBytes(allowReply({ metadata: { ...metadata, reason: `reason-${number}` } }));
    }
  });

  it('write the same bytes after more header names than they keep', () => {
    for (let number = 0; number < 3_000; number += 1) {
      const name = `x-${number}`;
      expectPlainBytes(
        allowReply({ requestHeaders: [[name, '1']], requestHeadersToRemove: [`${name}-removed`] }),
      );
    }
  });
});

function expectPlainBytes(reply: AllowReply | DenyReply): void {
  const ours = reply.kind === 'allow' ? encodeAllow(reply) : encodeDeny(reply);
  const plain = reply.kind === 'allow' ? plainAllow(reply) : plainDeny(reply);
  expect(Buffer.from(ours, 'latin1').toString('hex')).to.equal(plain.toString('hex'));
}
