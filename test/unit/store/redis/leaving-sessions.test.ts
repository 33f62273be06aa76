import { expect } from 'chai';
import { LeavingSessions } from '../../../../src/store/redis/sweep/leaving-sessions.ts';
import { keyOf, subjectOf } from '../../../support/store/store-requests.ts';

const [ada, bob] = [subjectOf('ada'), subjectOf('bob')];
const ended = { kind: 'ended', by: 'idle', source: 'web', policy: 'default' } as const;

describe('the sessions that leave the indexes of their subjects', () => {
  let leaving: LeavingSessions;
  beforeEach(() => (leaving = new LeavingSessions()));

  it('are those that have ended and have a subject, and are returned once', () => {
    leaving.wrote({ ...ended, session: keyOf('one'), subject: ada });
    leaving.wrote({ ...ended, session: keyOf('two'), subject: bob });
    leaving.wrote({ ...ended, session: keyOf('three'), subject: ada });
    leaving.wrote({ ...ended, session: keyOf('nobody’s') });
    const opened = { kind: 'opened', by: 'first-use', source: 'web', policy: 'default' } as const;
    leaving.wrote({ ...opened, session: keyOf('four'), subject: ada });
    expect([...leaving.take()]).to.deep.equal([
      [ada, [keyOf('one'), keyOf('three')]],
      [bob, [keyOf('two')]],
    ]);
    expect(leaving.take().size).to.equal(0);
  });

  it('are bounded, and there is room again after they were taken', () => {
    for (let n = 0; n < 10_001; n += 1) {
      leaving.wrote({ ...ended, session: keyOf('one'), subject: ada });
    }
    expect(leaving.take().get(ada)).to.have.lengthOf(10_000);
    leaving.wrote({ ...ended, session: keyOf('one'), subject: ada });
    expect(leaving.take().get(ada)).to.deep.equal([keyOf('one')]);
  });
});
