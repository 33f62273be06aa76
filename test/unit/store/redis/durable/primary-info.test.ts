import { expect } from 'chai';
import {
  isOtherPrimary,
  readPrimaryInfo,
} from '../../../../../src/store/redis/durable/primary-info.ts';

const NONE = '0'.repeat(40);

const infoOf = (fields: Readonly<Record<string, string>>): string =>
  Object.entries({ run_id: 'aa', master_replid: 'bb', master_replid2: NONE, ...fields })
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('');

describe('what a primary says of itself', () => {
  it('is its run, its history, and the replicas that have all its data', () => {
    const info = infoOf({
      master_replid2: 'cc',
      connected_slaves: '3',
      slave0: 'ip=10.0.0.1,port=6379,state=online,offset=14,lag=0',
      slave1: 'ip=10.0.0.2,port=6379,state=send_bulk,offset=0,lag=0',
      slave2: 'ip=10.0.0.3,port=6379,state=online,offset=14,lag=1,type=replica',
    });
    expect(readPrimaryInfo(info)).to.deep.equal({
      runId: 'aa',
      replicationId: 'bb',
      earlierReplicationId: 'cc',
      replicasOnline: 2,
      isReplica: false,
    });
  });

  it('shows that it is a replica, with the history of its primary', () => {
    expect(readPrimaryInfo(infoOf({ role: 'slave' })).isReplica).to.equal(true);
    expect(readPrimaryInfo(infoOf({ role: 'master' })).isReplica).to.equal(false);
  });

  it('is empty if the server does not say it', () => {
    const nothing = { runId: '', replicationId: '', earlierReplicationId: undefined };
    expect(readPrimaryInfo('')).to.deep.equal({
      ...nothing,
      replicasOnline: 0,
      isReplica: false,
    });
  });

  const table: readonly (readonly [string, Record<string, string>, boolean])[] = [
    ['the same server', {}, false],
    [
      'a server that was promoted',
      { run_id: 'dd', master_replid: 'ee', master_replid2: 'bb' },
      true,
    ],
    ['a server that was restarted', { run_id: 'dd' }, true],
    ['one that was a replica meanwhile', { master_replid: 'ee', master_replid2: 'bb' }, true],
    ['one that got its first replica', { master_replid: 'ee' }, false],
  ];
  for (const [which, fields, isOther] of table) {
    it(`${isOther ? 'shows that' : 'does not take'} ${which} ${isOther ? 'may lack something' : 'for another'}`, () => {
      const before = readPrimaryInfo(infoOf({}));
      expect(isOtherPrimary(before, readPrimaryInfo(infoOf(fields)))).to.equal(isOther);
    });
  }
});
