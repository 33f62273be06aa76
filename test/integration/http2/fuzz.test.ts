// Random inputs on connections in memory. Whatever arrives, the server must not throw, hang, keep
// anything of a closed connection, break the rules of HTTP/2 itself, or send an answer that no
// handler gave.
//
// For a long run:
// FUZZ_SECONDS=3600 FUZZ_SEED=1 node tools/run.mjs mocha test/integration/http2/fuzz.test.ts

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { UnaryServer } from '../../../src/http2/unary-server.ts';
import { CORPUS_FOLDER, readCorpus, RECORDED_PATH } from '../../support/http2/fuzz/corpus.ts';
import { EchoMethods } from '../../support/http2/echo-methods.ts';
import { fuzz, type Campaign, type CampaignTally } from '../../support/http2/fuzz/fuzz-campaign.ts';
import { tryInput } from '../../support/http2/fuzz/fuzz-trial.ts';
import { mutate } from '../../support/http2/fuzz/mutate.ts';
import { messagesOf, Peer } from '../../support/http2/peer.ts';
import { randomTraffic } from '../../support/http2/fuzz/random-traffic.ts';

const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 3);
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const WAIT_MAX_MS = SECONDS * 1000 + 60_000;
const AT_A_TIME = 400;
const IDLE_TIMER_MAX_MS = 400;
/** The inputs that ran last may still hold a few. */
const HELD_MAX = 20;

const recordings = readCorpus();
const found = readCorpus(join(CORPUS_FOLDER, 'found'));

const CAMPAIGNS: Readonly<Record<string, Campaign['inputOf']>> = {
  'random conversations with occasional violations': randomTraffic,
  'changed random conversations': (dice) => mutate(dice, randomTraffic(dice)),
  'changed recordings of real clients': (dice) =>
    mutate(dice, dice.pick([...recordings, ...found]).pieces),
};

describe('http2: fuzzing', function () {
  this.timeout(WAIT_MAX_MS);
  this.slow(WAIT_MAX_MS);

  for (const [what, inputOf] of Object.entries(CAMPAIGNS)) {
    it(`withstands ${what} (FUZZ_SEED=${SEED})`, async () => {
      const tally = await fuzz({ seed: SEED, seconds: SECONDS, inputOf });
      if (process.env['FUZZ_SECONDS'] !== undefined) console.log(summaryOf(tally));
      // If all inputs were refused at their first frame, the test would prove little.
      expect(tally.inputs).to.be.above(100);
      expect(tally.calls).to.be.above(tally.inputs / 10);
      expect(tally.outcomes.get('alive') ?? 0).to.be.above(tally.inputs / 20);
      expect(
        [...tally.outcomes.keys()].filter((outcome) => outcome.startsWith('ended')),
      ).to.have.lengthOf.above(2);
      expect(await heldOf(tally)).to.be.below(HELD_MAX);
    });
  }

  for (const { name, pieces } of found) {
    it(`withstands an input that once failed: ${name}`, async () => {
      expect((await tryInput(pieces)).faults).to.deep.equal([]);
    });
  }

  for (const { name, pieces } of recordings) {
    const bytes = Buffer.concat(pieces);
    const positions = Array.from({ length: bytes.length + 1 }, (_, index) => index);

    it(`answers all calls of ${name}, wherever its bytes are split`, async () => {
      const whole = await played([[bytes]]);
      const expected = answersOf(whole[0]?.peer);
      expect(expected.length).to.be.at.least(5);
      const inputs = positions.map((at) => [bytes.subarray(0, at), bytes.subarray(at)]);
      const byteByByte = Array.from(bytes, (byte) => Buffer.from([byte]));
      for (const { peer, isEnded } of await played([...inputs, byteByByte])) {
        expect(answersOf(peer)).to.deep.equal(expected);
        expect([isEnded, peer.conversation.goaways]).to.deep.equal([false, []]);
      }
    });

    it(`ends properly wherever ${name} stops, without an answer to its last call`, async () => {
      const inputs = positions.map((at) => [bytes.subarray(0, at)]);
      for (const { peer, isEnded } of await played(inputs, 'end')) {
        expect(isEnded).to.equal(true);
        for (const [streamId, { headers }] of peer.conversation.replies) {
          const isWhole = peer.conversation.client.requestOn(streamId) !== undefined;
          // An incomplete request was reset and not answered.
          expect(headers.length > 0).to.equal(isWhole);
        }
      }
    });

    it(`releases ${name} wherever its connection breaks`, async () => {
      await played(
        positions.map((at) => [bytes.subarray(0, at)]),
        'break',
      );
    });
  }
});

interface Played {
  readonly peer: Peer;
  /** Whether the connection had ended before the server was destroyed. */
  readonly isEnded: boolean;
}

/** Plays inputs on connections of one server, many at a time, with each piece in its own turn. */
async function played(
  inputs: readonly (readonly Buffer[])[],
  last: 'end' | 'break' | 'nothing' = 'nothing',
): Promise<Played[]> {
  const all: Played[] = [];
  for (let from = 0; from < inputs.length; from += AT_A_TIME) {
    // oxlint-disable-next-line no-await-in-loop -- as many as memory holds
    all.push(...(await playedTogether(inputs.slice(from, from + AT_A_TIME), last)));
  }
  return all;
}

async function playedTogether(
  inputs: readonly (readonly Buffer[])[],
  last: 'end' | 'break' | 'nothing',
): Promise<Played[]> {
  const echo = new EchoMethods([RECORDED_PATH]);
  // The clock does not move: the recorded calls have deadlines, and this machine may be slow.
  const server = new UnaryServer({ methods: echo.methods, nowMs: () => 0 });
  const peers = inputs.map(
    () =>
      Peer.inMemory((wire) => {
        server.serve(wire);
      }).peer,
  );
  const longest = Math.max(...inputs.map((input) => input.length));
  for (let index = 0; index < longest; index += 1) {
    for (const [at, peer] of peers.entries()) peer.send(inputs[at]?.[index] ?? Buffer.alloc(0));
    // oxlint-disable-next-line no-await-in-loop -- one turn after the other
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const peer of peers) {
    if (last === 'end') peer.end();
    if (last === 'break') peer.break();
  }
  await Promise.all(peers.map((peer) => peer.settled()));
  for (const peer of peers) expect(peer.conversation.faults).to.deep.equal([]);
  if (last !== 'nothing') {
    expect(echo.open).to.deep.equal([]);
    expect(server.connectionCount).to.equal(0);
  }
  const all = peers.map((peer) => ({ peer, isEnded: peer.isEnded }));
  server.destroy();
  return all;
}

/** The messages by stream, without the numbers that the handlers added. */
function answersOf(peer: Peer | undefined): [number, string][] {
  const replies = [...(peer?.conversation.replies ?? [])];
  return replies
    .map(([streamId, reply]): [number, string] => [
      streamId,
      messagesOf(reply).join('|').replace(/^\d+:/, ''),
    ])
    .toSorted(([a], [b]) => a - b);
}

/** How many closed connections are still in memory. */
async function heldOf({ wires }: CampaignTally): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Until then the timer of a server, which has nothing left to check, still refers to its handlers
  // and their calls.
  await sleep(IDLE_TIMER_MAX_MS);
  collect();
  return wires.filter((wire) => wire.deref() !== undefined).length;
}

function summaryOf({ inputs, calls, outcomes }: CampaignTally): string {
  const seen = [...outcomes].map(([outcome, times]) => `${outcome}: ${times}`).join(', ');
  return `      ${inputs} inputs, ${calls} calls; ${seen}`;
}
