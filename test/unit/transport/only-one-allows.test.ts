import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { CheckHandler, CheckReply } from '../../../src/authz/check-call.ts';
import { answerCheck } from '../../../src/transport/answer-check.ts';
import type { WireAnswer } from '../../../src/transport/encode-reply.ts';
import { ALL_HEADERS } from '../../support/all-headers.ts';
import { arbitraryAllow, arbitraryDeny } from '../../support/arbitrary-reply.ts';
import { encodeCheckRequest, type CheckResponse } from '../../support/check-request.ts';
import { codec, officialDefinitions } from '../../support/wire-definitions.ts';

const SOURCE = join(import.meta.dirname, '../../../src');
const official = codec(officialDefinitions, 'envoy.service.auth.v3.CheckResponse');
const QUESTION = encodeCheckRequest();

/** What comes of a handler that replies so, in spite of its type. */
function answered(reply: unknown): WireAnswer {
  const handler: CheckHandler = (_facts, call) => call.answer(reply as CheckReply);
  const answers: WireAnswer[] = [];
  answerCheck({ handler, wanted: () => ALL_HEADERS, onError: () => {} }, QUESTION, undefined, {
    cancelled: false,
    send: (answer) => answers.push(answer),
  });
  const [answer] = answers;
  if (answer === undefined || answers.length > 1) throw new Error('a call is answered once');
  return answer;
}

/** As Envoy reads it: no error, and the code is 0 or missing. */
function letsThrough(answer: WireAnswer): boolean {
  if (answer.kind === 'error') return false;
  const { status } = official.deserialize(Buffer.from(answer.text, 'latin1')) as CheckResponse;
  return (status?.code ?? 0) === 0;
}

describe('only one function lets a request through', () => {
  it('which is asked by every allow', () => {
    fc.assert(
      fc.property(arbitraryAllow, (reply) => {
        expect(letsThrough(answered(reply))).to.equal(true);
      }),
    );
  });

  it('and by no denial', () => {
    fc.assert(
      fc.property(arbitraryDeny, (reply) => {
        expect(letsThrough(answered(reply))).to.equal(false);
      }),
    );
  });

  it('and by no denial with garbage in it', () => {
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

  it('and by nothing that is no reply', () => {
    const anything = fc.anything({ withNullPrototype: true, withMap: true, withTypedArray: true });
    fc.assert(
      fc.property(anything, (reply) => {
        expect(answered(reply)).to.deep.include({ kind: 'error', grpcStatus: 'INTERNAL' });
      }),
      { numRuns: 500 },
    );
  });

  it('and by no error, whatever its status', () => {
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
    it(`and not by ${JSON.stringify(reply) ?? 'undefined'}`, () => {
      expect(answered(reply)).to.deep.include({ kind: 'error', grpcStatus: 'INTERNAL' });
    });
  }

  it('and no other file of the source names what allows', () => {
    expect(filesNaming(/ok_response|ALLOW_CODE/)).to.deep.equal(['transport/encode-allow.ts']);
  });

  it('and only the two encoders can make a response', () => {
    for (const part of [/serializeCheckResponse\(/, /statusField\(/]) {
      expect(filesNaming(part)).to.deep.equal([
        'transport/encode-allow.ts',
        'transport/encode-deny.ts',
        'transport/serialize-check-response.ts',
      ]);
    }
    expect(filesNaming(/encodeAllow\(/)).to.deep.equal([
      'transport/encode-allow.ts',
      'transport/encode-reply.ts',
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
