// Holds our reader of CheckRequest against Envoy's own definitions in a protobuf library, with random sets of wanted
// headers. Longer by hand: `PROOF_RUNS=200 node test/support/run.mjs mocha --timeout 0 test/unit/proto/reader-proof.test.ts`,
// a run again: with `PROOF_SEED=…` as it was printed.

import { expect } from 'chai';
import * as fc from 'fast-check';
import type { RequestFacts } from '../../../src/authz/check-call.ts';
import { FIXED_HEADERS } from '../../../src/session/fixed-headers.ts';
import { WantedHeaders } from '../../../src/session/wanted-headers.ts';
import { decodeCheckRequest } from '../../../src/transport/decode-check-request.ts';
import { MalformedCheck } from '../../../src/transport/malformed-check.ts';
import { arbitraryRequest } from '../../support/arbitrary-request.ts';
import {
  checkRequest,
  encodeCheckRequest,
  type CheckRequestParts,
} from '../../support/check-request.ts';
import { garbledRequest, randomBytes, restructuredRequest } from '../../support/hostile-request.ts';
import { byKey, officialFacts, type ComparableFacts } from '../../support/official-facts.ts';
import { PROOF_SEED, proofRuns } from '../../support/proof-runs.ts';
import {
  codec,
  definitionsWithoutStructs,
  officialDefinitions,
} from '../../support/wire-definitions.ts';
import { withTheRest } from '../../support/whole-request.ts';

const official = codec(officialDefinitions, 'envoy.service.auth.v3.CheckRequest');
const declared = codec(definitionsWithoutStructs(), 'envoy.service.auth.v3.CheckRequest');

const SOME_NAMES = ['x-session', 'x_session', 'session-lifetime', 'a', 'cookie', '0', '__proto__'];

/** Names as a policy file might add them, many of them those of the request. */
const wantedNames = fc
  .array(fc.oneof(fc.constantFrom(...SOME_NAMES), fc.stringMatching(/^[a-z0-9_-]{1,3}$/)), {
    maxLength: 8,
  })
  .map((names) => [...FIXED_HEADERS, ...names]);

/** More and stranger headers than other tests send: doubled, in capitals, twins, and so many that a table overflows. */
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
  it('reads the same out of every message that they write', () => {
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
    'whose fields were doubled, moved, retyped and replaced': {
      bytes: restructuredRequest,
      runs: 1_500,
    },
    'whose bytes were flipped, cut and spliced': { bytes: garbledRequest, runs: 1_500 },
    'of mere chance': { bytes: randomBytes, runs: 1_000 },
  };
  for (const [which, { bytes: arbitrary, runs }] of Object.entries(HOSTILE)) {
    it(`reads the same, or refuses, with messages ${which}`, () => {
      fc.assert(
        fc.property(arbitrary, wantedNames, (bytes, wanted) => {
          assertSameOrRefused(bytes, wanted);
        }),
        proofRuns(runs),
      );
    });
  }

  it('refuses or reads the same wherever a message ends early', () => {
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

  it('reads enough of the changed messages for that to mean something', () => {
    const sample = fc.sample(restructuredRequest, { numRuns: 300, seed: PROOF_SEED });
    const read = sample.filter((bytes) => readBy(bytes, [...FIXED_HEADERS]) !== undefined);
    expect(read.length).to.be.within(30, 270);
  });
});

/**
 * What we read, they read. A message that we pass over as a whole may be refused by definitions that look into it; those
 * that do not must agree all the same.
 */
function assertSameOrRefused(bytes: Buffer, wanted: readonly string[]): void {
  const ours = readBy(bytes, wanted);
  if (ours === undefined) return;
  expect(spelled(ours)).to.deep.equal(spelled(officialFacts(declared, bytes, wanted)));
  const theirs = officialFacts(official, bytes, wanted);
  if (theirs !== undefined) expect(spelled(ours)).to.deep.equal(spelled(theirs));
}

/** Without raw header names that are no ASCII: theirs are text, in which broken bytes are lost. */
function spelled(facts: ComparableFacts | undefined): ComparableFacts | undefined {
  if (facts === undefined || facts.linesJoined) return facts;
  return { ...facts, headers: facts.headers.filter(([name]) => /^[ -~]*$/.test(name)) };
}

/** `undefined` = refused. */
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

/** Ours have no prototype. */
function plainCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainCopy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainCopy(inner)]));
}
