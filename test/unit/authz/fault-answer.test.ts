import { expect } from 'chai';
import {
  CheckAbandoned,
  CheckOverloaded,
  OpeningsAtLimit,
  ServerKeysIncomplete,
  TokenKeysUnavailable,
  UnknownPolicyNamed,
} from '../../../src/authz/check-faults.ts';
import { faultAnswer } from '../../../src/authz/fault-answer.ts';
import { StoreOverloaded, StoreUnavailable } from '../../../src/session/session-store.ts';
import { REASON_NAMES, REASONS } from '../../../src/verdict/reason.ts';

const ANSWERS: readonly (readonly [fault: Error, reason: string, grpcStatus: string])[] = [
  [new StoreUnavailable('down', 'words'), 'store_unavailable', 'UNAVAILABLE'],
  [new StoreUnavailable('late', 'words'), 'store_unavailable', 'UNAVAILABLE'],
  [new StoreOverloaded('words'), 'overloaded', 'RESOURCE_EXHAUSTED'],
  [new OpeningsAtLimit(), 'overloaded', 'RESOURCE_EXHAUSTED'],
  [new CheckOverloaded(512), 'overloaded', 'RESOURCE_EXHAUSTED'],
  [new CheckAbandoned(), 'overloaded', 'RESOURCE_EXHAUSTED'],
  [new TokenKeysUnavailable('words'), 'internal_error', 'UNAVAILABLE'],
  [new ServerKeysIncomplete('words'), 'internal_error', 'UNAVAILABLE'],
  [new UnknownPolicyNamed(), 'internal_error', 'INVALID_ARGUMENT'],
];

describe('a fault of ours', () => {
  for (const [fault, reason, grpcStatus] of ANSWERS) {
    it(`is answered ${grpcStatus} and ${reason} for ${fault.name}, with its words`, () => {
      expect(faultAnswer(fault)).to.deep.equal({
        kind: 'none',
        reason,
        grpcStatus,
        message: `${reason}: ${fault.message}`,
      });
    });
  }

  it('ends the RPC as the table of reasons says', () => {
    const bug = faultAnswer(new Error('unforeseen'));
    const answers = [...ANSWERS.map(([fault]) => faultAnswer(fault)), bug];
    for (const name of REASON_NAMES) {
      const row = REASONS[name];
      if (row.class !== 'none') continue;
      const statuses = answers
        .filter(({ reason }) => reason === name)
        .map(({ grpcStatus }) => grpcStatus);
      expect(new Set(statuses), name).to.deep.equal(new Set(row.grpcStatuses));
    }
  });

  it('is a bug where it is unforeseen, and then its words stay inside', () => {
    for (const fault of [new Error('sid=CANARY'), new TypeError('sid=CANARY')]) {
      expect(faultAnswer(fault)).to.deep.equal({
        kind: 'none',
        reason: 'internal_error',
        grpcStatus: 'INTERNAL',
        message: 'internal_error',
      });
    }
  });
});
