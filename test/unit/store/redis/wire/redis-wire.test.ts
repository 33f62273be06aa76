import { expect } from 'chai';
import { StoreUnavailable } from '../../../../../src/session/session-store.ts';
import { CallKind } from '../../../../../src/store/redis/connection/observed-call.ts';
import { ReadCall } from '../../../../../src/store/redis/connection/read-call.ts';
import { PENDING_MAX } from '../../../../../src/store/redis/wire/redis-wire.ts';
import { eventually } from '../../../../support/time/eventually.ts';
import { bulk, StorePeer, Answers, turns } from '../../../../support/store/store-peer.ts';

describe('RedisWire', () => {
  let peer: StorePeer;

  beforeEach(() => {
    peer = new StorePeer();
  });
  afterEach(() => peer.wire.end());

  const faultsOf = (answers: Answers) =>
    answers.faults.map((fault) => (fault instanceof StoreUnavailable ? fault.fault : fault.name));
  const nowsOf = (answers: Answers) =>
    answers.outcomes.map((outcome) => (outcome.kind === 'live' ? outcome.clocks.nowMs : NaN));

  describe('writes', () => {
    it('all commands of one turn at once', async () => {
      const answers = Array.from({ length: 100 }, (_, index) => peer.touch(`session ${index}`));
      expect(peer.writes).to.have.length(0);
      await turns();
      expect(peer.writes).to.have.length(1);
      expect(peer.commands()).to.have.length(100);
      await peer.say(peer.replies());
      expect(answers.map(nowsOf)).to.deep.equal(answers.map((_, index) => [index + 1]));
    });

    it('the commands of callers that ask again on their answers at once', async () => {
      const again = Array.from({ length: 10 }, () => new Answers());
      for (const next of again) {
        peer.touch().onAnswer = () => peer.touch('one', 10_000, next);
      }
      await turns();
      await peer.say(peer.replies());
      expect(peer.writes).to.have.length(2);
      await peer.say(peer.replies());
      expect(again.map(({ count }) => count)).to.deep.equal(again.map(() => 1));
    });

    it('a script whole the first time, then by its hash', async () => {
      peer.touch();
      peer.touch();
      await turns();
      expect(peer.commands().map(([word]) => word)).to.deep.equal(['EVAL', 'EVALSHA']);
    });

    it('a script whole again, once, to a server that has lost it', async () => {
      peer.touch();
      await turns();
      await peer.say(peer.replies());
      const answers = Array.from({ length: 50 }, () => peer.touch());
      await turns();
      await peer.say('-NOSCRIPT No matching script.\r\n'.repeat(50));
      expect(peer.writes).to.have.length(3);
      const commands = peer.commands();
      const [sent, resent] = [commands.slice(1, 51), commands.slice(51)];
      expect(resent.map(([word]) => word)).to.deep.equal(resent.map(() => 'EVAL'));
      expect(resent.map((words) => words.slice(2))).to.deep.equal(
        sent.map((words) => words.slice(2)),
      );
      peer.replies();
      await peer.say(resent.map((words) => bulk(`unknown ${words[6]} 1`)).join(''));
      expect(answers.map(({ outcomes }) => outcomes.length)).to.deep.equal(answers.map(() => 1));
    });

    it('a script no second time to a server that does not keep it', async () => {
      peer.touch();
      await turns();
      await peer.say(peer.replies());
      const answers = peer.touch();
      await turns();
      await peer.say('-NOSCRIPT No matching script.\r\n');
      await peer.say('-NOSCRIPT No matching script.\r\n');
      expect(answers.faults[0]?.message).to.equal('the store refused: NOSCRIPT');
      expect(peer.commands()).to.have.length(3);
    });

    it('nothing for a caller that was answered already, although the server has lost the script', async () => {
      peer.touch();
      await turns();
      await peer.say(peer.replies());
      const answers = peer.touch('one', 1);
      await eventually('end of its time', () => answers.count === 1);
      await peer.say('-NOSCRIPT No matching script.\r\n');
      expect(peer.commands()).to.have.length(2);
      expect(answers.count).to.equal(1);
    });
  });

  describe('deadlines', () => {
    it('are kept without a timer for each call', async () => {
      const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      const answers = Array.from({ length: 200 }, (_, index) =>
        peer.touch('one', 10 + (index % 2)),
      );
      const active = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      expect(active - timers).to.be.at.most(1);
      await eventually('end of their time', () => answers.every(({ count }) => count === 1));
      expect(new Set(answers.flatMap(faultsOf))).to.deep.equal(new Set(['late']));
    });

    it('do not affect calls that are still in time', async () => {
      const short = peer.touch('one', 5);
      const long = peer.touch('one', 10_000);
      const startedAtMs = performance.now();
      await eventually('end of its time', () => short.count === 1);
      expect(performance.now() - startedAtMs).to.be.at.least(4);
      expect(long.count).to.equal(0);
    });

    it('make a later reply useless, and the next replies still go to their calls', async () => {
      const late = peer.touch('one', 1);
      await eventually('end of its time', () => late.count === 1);
      const next = peer.touch();
      const third = peer.touch();
      await turns();
      await peer.say(peer.replies());
      expect(late.outcomes).to.have.length(0);
      expect(nowsOf(next)).to.deep.equal([2]);
      expect(nowsOf(third)).to.deep.equal([3]);
      expect(peer.wire.isOpen).to.equal(true);
      expect(peer.inTime).to.equal(3);
    });

    it('hold when the event loop was busy: a reply that is read late is late', async () => {
      const answers = peer.touch('one', 20);
      await turns();
      const replies = peer.replies();
      for (const untilMs = performance.now() + 25; performance.now() < untilMs;);
      // Sent in the first turn after the stall: no timer has fired yet.
      const said = peer.say(replies);
      await said;
      expect(answers.outcomes).to.have.length(0);
      expect(faultsOf(answers)).to.deep.equal(['late']);
    });
  });

  describe('replies', () => {
    it('with another nonce end the connection, and are not given to any call', async () => {
      const answers = [peer.touch(), peer.touch(), peer.touch()];
      await turns();
      const [first, second, third] = peer.replies().split(/(?=\$)/);
      await peer.say(`${first}${third}${second}`);
      expect(answers.map(({ outcomes }) => outcomes.length)).to.deep.equal([1, 0, 0]);
      expect(answers.map(faultsOf)).to.deep.equal([[], ['refused'], ['down']]);
      expect(peer.journal.desyncs).to.equal(1);
      expect(peer.wire.isOpen).to.equal(false);
    });

    it('from another connection are recognised, although their numbers are the same', async () => {
      const other = new StorePeer();
      const answers = peer.touch();
      other.touch();
      await turns();
      await peer.say(other.replies());
      expect(faultsOf(answers)).to.deep.equal(['refused']);
      expect(peer.journal.desyncs).to.equal(1);
      other.wire.end();
    });

    it('without a call end the connection', async () => {
      await peer.say(bulk('live x 1 1 1 0 skipped 0'));
      expect(peer.journal.desyncs).to.equal(1);
      expect(peer.wire.isOpen).to.equal(false);
    });

    it('that belong to their call but are nonsense fail it, and no other call', async () => {
      const [first, second] = [peer.touch(), peer.touch()];
      await turns();
      const [one = '', two = ''] = peer.replies().split(/(?=\$)/);
      await peer.say(one.replace('skipped', 'smashed') + two);
      expect(faultsOf(first)).to.deep.equal(['refused']);
      expect(nowsOf(second)).to.deep.equal([2]);
    });

    it('that are errors give one word, and a server that is not a primary is left', async () => {
      const answers = Array.from({ length: 3 }, () => peer.touch());
      await turns();
      await peer.say("-OOM canary\r\n-READONLY You can't\r\n-READONLY You can't\r\n");
      expect(answers.map(({ faults }) => faults[0]?.message)).to.deep.equal([
        'the store refused: OOM (its memory is full)',
        'the store refused: READONLY (a replica, not a primary)',
        'the store refused: READONLY (a replica, not a primary)',
      ]);
      expect(peer.reconnects).to.equal(1);
      expect(peer.wire.isOpen).to.equal(false);
      expect(peer.inTime).to.equal(0);
    });

    it('and a node of a Cluster that no longer has the slot is left, too', async () => {
      const answer = peer.touch();
      await turns();
      await peer.say('-MOVED 1 127.0.0.1:1\r\n');
      expect(answer.faults[0]?.message).to.equal(
        'the store refused: MOVED (a node of a Redis Cluster, which needs redis+cluster://)',
      );
      expect(peer.reconnects).to.equal(1);
      expect(peer.wire.isOpen).to.equal(false);
    });
  });

  describe('at its end', () => {
    it('fails each of a thousand waiting calls once', async () => {
      const answers = Array.from({ length: 1_000 }, () => peer.touch());
      await turns();
      const replies = peer.replies().split(/(?=\$)/);
      await peer.say(replies.slice(0, 300).join(''));
      peer.hangUp();
      await turns();
      expect(answers.every(({ count }) => count === 1)).to.equal(true);
      expect(answers.filter(({ outcomes }) => outcomes.length === 1)).to.have.length(300);
      expect(new Set(answers.slice(300).flatMap(faultsOf))).to.deep.equal(new Set(['down']));
      expect(peer.journal.calls).to.have.length(1_000);
    });

    it('fails calls whose command was not written yet', async () => {
      const answers = peer.touch();
      peer.wire.end();
      await turns();
      expect(faultsOf(answers)).to.deep.equal(['down']);
      expect(peer.writes).to.have.length(0);
    });

    it('comes when replies are outstanding and the server is silent, and not while none are', async () => {
      const silent = new StorePeer({ replyMaxMs: 10, silenceMaxMs: 40 });
      silent.touch();
      await turns();
      await silent.say(silent.replies());
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(silent.wire.isOpen).to.equal(true);
      const answers = silent.touch('one', 10);
      await eventually('end of the connection', () => !silent.wire.isOpen, 1_000);
      expect(faultsOf(answers)).to.deep.equal(['late']);
    });
  });

  it('has at most its maximum of outstanding replies, the late ones included', async () => {
    const answers = Array.from({ length: PENDING_MAX }, () => peer.touch('one', 1));
    await eventually('end of their time', () => answers.every(({ count }) => count === 1));
    expect(faultsOf(peer.touch())).to.deep.equal(['late']);
    expect(peer.commands()).to.have.length(PENDING_MAX);
  });

  it('gives any kind of reply to a plain command', async () => {
    const command = {
      text: '*1\r\n$4\r\nTIME\r\n',
      nonce: 0,
      startedAtMs: 0,
      deadlineAtMs: Infinity,
    };
    const replies: unknown[] = [];
    const read = new CallKind('read', undefined, peer.journal);
    for (let call = 0; call < 4; call += 1) {
      peer.wire.send(
        new ReadCall(read, command, {
          resolve: (reply) => replies.push(reply),
          reject: () => undefined,
        }),
      );
    }
    await turns();
    await peer.say('*2\r\n$1\r\n1\r\n*1\r\n:2\r\n$-1\r\n+OK\r\n$2\r\né\r\n'.replace('é', 'Ã©'));
    expect(replies).to.deep.equal([['1', ['2']], null, 'OK', 'é']);
  });
});
