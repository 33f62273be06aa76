// Compares our reader of CheckRequest with Envoy's own definitions in a protobuf library, for
// random sets of wanted headers.
//
// For a longer run, with the seed that a run printed to repeat it:
// PROOF_RUNS=200 PROOF_SEED=1 node tools/run.mjs mocha --timeout 0 \
//   test/unit/transport/codec/reader-proof.test.ts

import { expect } from 'chai';
import * as fc from 'fast-check';
import type { RequestFacts } from '../../../../src/authz/check-call.ts';
import { FIXED_HEADERS } from '../../../../src/terms/fixed-headers.ts';
import { WantedHeaders } from '../../../../src/terms/wanted-headers.ts';
import { decodeCheckRequest } from '../../../../src/transport/codec/decode-check-request.ts';
import { MalformedCheck } from '../../../../src/transport/codec/codec-fault.ts';
import { arbitraryRequest } from '../../../support/requests/arbitrary-request.ts';
import {
  checkRequest,
  encodeCheckRequest,
  type CheckRequestParts,
} from '../../../support/requests/check-request.ts';
import {
  garbledRequest,
  randomBytes,
  restructuredRequest,
} from '../../../support/protobuf/hostile-request.ts';
import {
  byKey,
  officialFacts,
  type ComparableFacts,
} from '../../../support/protobuf/official-facts.ts';
import { PROOF_SEED, proofRuns } from '../../../support/protobuf/proof-runs.ts';
import {
  codec,
  definitionsWithoutStructs,
  officialDefinitions,
} from '../../../support/protobuf/wire-definitions.ts';
import { withTheRest } from '../../../support/protobuf/whole-request.ts';

const official = codec(officialDefinitions, 'envoy.service.auth.v3.CheckRequest');
const declared = codec(definitionsWithoutStructs(), 'envoy.service.auth.v3.CheckRequest');

const SOME_NAMES = ['x-session', 'x_session', 'session-lifetime', 'a', 'cookie', '0', '__proto__'];

/** Names that a policy file might add. Many of them occur in the request. */
const wantedNames = fc
  .array(fc.oneof(fc.constantFrom(...SOME_NAMES), fc.stringMatching(/^[a-z0-9_-]{1,3}$/)), {
    maxLength: 8,
  })
  .map((names) => [...FIXED_HEADERS, ...names]);

/**
 * More and stranger headers than in other tests: duplicates, capitals, twins, and enough to
 * overflow a table.
 */
const headerName = fc.oneof(
  fc.constantFrom(...FIXED_HEADERS, ...SOME_NAMES, 'Cookie', 'X-SESSION', 'x.session', ':path'),
  fc.stringMatching(/^[A-Za-z0-9_-]{1,3}$/),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const manyHeaders = fc.oneof(
  fc
    .array(fc.tuple(headerName, fc.uint8Array({ maxLength: 200 })), { maxLength: 40 })
    .map((rawHeaders) => ({ rawHeaders })),
  fc
    .array(fc.tuple(headerName, fc.string({ unit: 'binary', maxLength: 200 })), {
      maxLength: 300,
      size: 'max',
    })
    .map((pairs) => ({ headers: Object.fromEntries(pairs) })),
);
const crowdedRequest = fc
  .tuple(arbitraryRequest, manyHeaders)
  .map(([parts, many]): CheckRequestParts => ({ ...withoutHeaders(parts), ...many }));

function withoutHeaders(parts: CheckRequestParts): CheckRequestParts {
  const others = Object.entries(parts).filter(([key]) => key !== 'headers' && key !== 'rawHeaders');
  return Object.fromEntries(others);
}

describe(`the reader beside the official definitions (seed ${PROOF_SEED})`, () => {
  it('reads the same from every message that they write', () => {
    const request = fc.oneof(arbitraryRequest, crowdedRequest);
    fc.assert(
      fc.property(request, wantedNames, fc.boolean(), (parts, wanted, isWhole) => {
        const message = checkRequest(parts);
        const bytes = official.serialize(isWhole ? withTheRest(message) : message);
        const ours = readBy(bytes, wanted);
        expect(ours).not.to.equal(undefined);
        expect(ours).to.deep.equal(officialFacts(official, bytes, wanted));
      }),
      proofRuns(300),
    );
  });

  const HOSTILE: Readonly<Record<string, { bytes: fc.Arbitrary<Buffer>; runs: number }>> = {
    'with duplicated, moved, retyped and replaced fields': {
      bytes: restructuredRequest,
      runs: 1_500,
    },
    'with flipped, cut and spliced bytes': { bytes: garbledRequest, runs: 1_500 },
    'of random bytes': { bytes: randomBytes, runs: 1_000 },
  };
  for (const [which, { bytes: arbitrary, runs }] of Object.entries(HOSTILE)) {
    it(`reads the same from messages ${which}, or refuses them`, () => {
      fc.assert(
        fc.property(arbitrary, wantedNames, (bytes, wanted) => {
          assertSameOrRefused(bytes, wanted);
        }),
        proofRuns(runs),
      );
    });
  }

  it('reads the same from a message that ends early, or refuses it', () => {
    fc.assert(
      fc.property(arbitraryRequest, wantedNames, (parts, wanted) => {
        const bytes = encodeCheckRequest(parts);
        for (let end = 0; end < bytes.length; end += 1) {
          assertSameOrRefused(bytes.subarray(0, end), wanted);
        }
      }),
      proofRuns(20),
    );
  });

  it('accepts enough of the changed messages for the comparison to mean something', () => {
    const sample = fc.sample(restructuredRequest, { numRuns: 300, seed: PROOF_SEED });
    const read = sample.filter((bytes) => readBy(bytes, [...FIXED_HEADERS]) !== undefined);
    expect(read.length).to.be.within(30, 270);
  });
});

/**
 * Whatever we accept, they must read alike. Definitions that decode a message which we skip as a
 * whole may refuse it. The definitions that skip it too must agree in any case.
 */
function assertSameOrRefused(bytes: Buffer, wanted: readonly string[]): void {
  const ours = readBy(bytes, wanted);
  if (ours === undefined) return;
  expect(spelled(ours)).to.deep.equal(spelled(officialFacts(declared, bytes, wanted)));
  const theirs = officialFacts(official, bytes, wanted);
  if (theirs !== undefined) expect(spelled(ours)).to.deep.equal(spelled(theirs));
}

/** Without raw header names outside ASCII: theirs are text, in which invalid bytes are lost. */
function spelled(facts: ComparableFacts | undefined): ComparableFacts | undefined {
  if (facts === undefined || facts.linesJoined) return facts;
  return { ...facts, headers: facts.headers.filter(([name]) => /^[ -~]*$/.test(name)) };
}

/** `undefined`: refused. */
function readBy(bytes: Buffer, wanted: readonly string[]): ComparableFacts | undefined {
  let facts: RequestFacts;
  try {
    facts = decodeCheckRequest(bytes, undefined, new WantedHeaders(wanted));
  } catch (fault) {
    expect(fault).to.be.instanceOf(MalformedCheck);
    return undefined;
  }
  const { method, scheme, host, path, principal, linesJoined, jwtMetadata } = facts;
  const lines = facts.headers.map(({ name, value }) => [name, value] as const);
  return {
    method,
    scheme,
    host,
    path,
    principal,
    linesJoined,
    headers: linesJoined ? lines.toSorted(byKey) : lines,
    context: [...facts.context].toSorted(byKey),
    jwtMetadata: plainCopy(jwtMetadata),
  };
}

/** Copies objects, because ours have no prototype. */
function plainCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainCopy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainCopy(inner)]));
}
