import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { CheckHandler, CheckReply } from '../../../src/authz/check-call.ts';
import { answerCheck } from '../../../src/transport/answer-check.ts';
import type { WireAnswer } from '../../../src/transport/codec/encode-reply.ts';
import { ALL_HEADERS } from '../../support/requests/all-headers.ts';
import { arbitraryAllow, arbitraryDeny } from '../../support/requests/arbitrary-reply.ts';
import { encodeCheckRequest, type CheckResponse } from '../../support/requests/check-request.ts';
import { codec, officialDefinitions } from '../../support/protobuf/wire-definitions.ts';

const SOURCE = join(import.meta.dirname, '..', '..', '..', 'src');
const official = codec(officialDefinitions, 'envoy.service.auth.v3.CheckResponse');
const QUESTION = encodeCheckRequest();

/** The answer to a handler that gives this reply, in spite of its type. */
function answered(reply: unknown): WireAnswer {
  const handler: CheckHandler = (_facts, call) => call.answer(reply as CheckReply);
  const answers: WireAnswer[] = [];
  answerCheck({ handler, wanted: () => ALL_HEADERS, onError: () => {} }, QUESTION, undefined, {
    cancelled: false,
    send: (answer) => answers.push(answer),
  });
  const [answer] = answers;
  if (answer === undefined || answers.length > 1) throw new Error('a call must be answered once');
  return answer;
}

/** How Envoy decides: the RPC succeeds, and the code is 0 or missing. */
function letsThrough(answer: WireAnswer): boolean {
  if (answer.kind === 'error') return false;
  const { status } = official.deserialize(Buffer.from(answer.text, 'latin1')) as CheckResponse;
  return (status?.code ?? 0) === 0;
}

describe('an answer lets a request through', () => {
  it('for every allow', () => {
    fc.assert(
      fc.property(arbitraryAllow, (reply) => {
        expect(letsThrough(answered(reply))).to.equal(true);
      }),
    );
  });

  it('for no denial', () => {
    fc.assert(
      fc.property(arbitraryDeny, (reply) => {
        expect(letsThrough(answered(reply))).to.equal(false);
      }),
    );
  });

  it('for no denial with garbage in it', () => {
    const garbled = fc
      .tuple(arbitraryDeny, fc.dictionary(fc.constantFrom(...DENY_KEYS), fc.anything()))
      .map(([reply, garbage]) => ({ ...reply, ...garbage, kind: 'deny' }));
    fc.assert(
      fc.property(garbled, (reply) => {
        expect(letsThrough(answered(reply))).to.equal(false);
      }),
      { numRuns: 500 },
    );
  });

  it('for no value that is not a reply', () => {
    const anything = fc.anything({ withNullPrototype: true, withMap: true, withTypedArray: true });
    fc.assert(
      fc.property(anything, (reply) => {
        expect(answered(reply)).to.deep.include({ kind: 'error', grpcStatus: 'INTERNAL' });
      }),
      { numRuns: 500 },
    );
  });

  it('for no error, whatever its status', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (grpcStatus, message) => {
        const answer = answered({ kind: 'none', grpcStatus, message });
        expect(letsThrough(answer)).to.equal(false);
      }),
    );
  });

  for (const reply of [
    undefined,
    null,
    '',
    0,
    Buffer.alloc(0),
    {},
    { kind: 'OK' },
    { kind: 'none', grpcStatus: 'OK' },
  ]) {
    it(`not for ${JSON.stringify(reply) ?? 'undefined'}`, () => {
      expect(answered(reply)).to.deep.include({ kind: 'error', grpcStatus: 'INTERNAL' });
    });
  }

  it('only through one file: no other file of src names what allows', () => {
    expect(filesNaming(/ok_response|ALLOW_CODE/)).to.deep.equal([
      'transport/codec/encode-allow.ts',
    ]);
  });

  it('only through two encoders: no other function makes a response', () => {
    for (const part of [/serializeCheckResponse\(/, /statusField\(/]) {
      expect(filesNaming(part)).to.deep.equal([
        'transport/codec/encode-allow.ts',
        'transport/codec/encode-deny.ts',
        'transport/codec/serialize-check-response.ts',
      ]);
    }
    expect(filesNaming(/encodeAllow\(/)).to.deep.equal([
      'transport/codec/encode-allow.ts',
      'transport/codec/encode-reply.ts',
    ]);
  });
});

const DENY_KEYS = [
  'httpStatus',
  'headers',
  'body',
  'metadata',
  'requestHeaders',
  'status',
] as const;

function filesNaming(pattern: RegExp): readonly string[] {
  return readdirSync(SOURCE, { recursive: true })
    .map(String)
    .filter(
      (path) => path.endsWith('.ts') && pattern.test(readFileSync(join(SOURCE, path), 'utf8')),
    )
    .toSorted();
}
