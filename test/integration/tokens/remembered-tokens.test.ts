import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import {
  type RunningTokenVerifier,
  createTokenVerifier,
} from '../../../src/tokens/create-token-verifier.ts';
import {
  CLAIMS,
  NOW_MS,
  NOW_S,
  type SigningKey,
  keySetText,
  recordTo,
  signingKey,
  sourceWith,
} from '../../unit/tokens/tokens.ts';

const WARM_UP = 250;
const TOKENS = 250;
/**
 * All claims of these tokens take 80 000, those that are read about 320. The rest allows for what the
 * process does meanwhile.
 */
const HEAP_BYTES_PER_TOKEN_MAX = 16_384;

/** A token of 13 KB, as providers make them that list every role of a user. */
function largeToken(key: SigningKey, count: number): Promise<string> {
  const roles = Array.from({ length: 480 }, (_, role) => [`role ${count} ${role}`, [{ of: role }]]);
  const times = { iat: NOW_S, auth_time: NOW_S - 600 };
  return key.sign({ ...CLAIMS, ...times, sid: `session ${count}`, r: Object.fromEntries(roles) });
}

describe('remembered tokens', () => {
  let folder: string;
  let verifier: RunningTokenVerifier | undefined;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'curfew-remembered-'))));
  after(async () => {
    verifier?.close();
    await rm(folder, { recursive: true });
  });

  it('take little memory, however large the tokens are', async function () {
    this.timeout(60_000); // a key pair signs each token
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const usedHeap = async (): Promise<number> => {
      for (let round = 0; round < 5; round += 1) {
        collect();
        // oxlint-disable-next-line no-await-in-loop -- finalizers run between two collections
        await turn();
      }
      return process.memoryUsage().heapUsed;
    };
    const path = join(folder, 'jwks.json');
    const key = await signingKey('one');
    await writeFile(path, keySetText(key));
    const source = sourceWith({ kind: 'file', path });
    const options = { sources: [source], clock: () => NOW_MS, observer: recordTo([]) };
    const running = createTokenVerifier(options);
    verifier = running;
    let token = '';
    const present = async (from: number, to: number): Promise<void> => {
      for (let count = from; count < to; count += 1) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other, or garbage piles up
        token = await largeToken(key, count);
        // oxlint-disable-next-line no-await-in-loop
        expect(await running.verify(source, token)).to.include({ kind: 'verified' });
      }
    };
    await present(0, WARM_UP);
    const before = await usedHeap();
    await present(WARM_UP, WARM_UP + TOKENS);
    const perToken = ((await usedHeap()) - before) / TOKENS;
    expect(token.length, 'the size of a token').to.be.above(13_000);
    expect(running.verify(source, token), 'it is remembered').not.to.be.instanceOf(Promise);
    expect(perToken).to.be.below(HEAP_BYTES_PER_TOKEN_MAX);
  });
});
