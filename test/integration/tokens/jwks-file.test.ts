import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type RunningTokenVerifier,
  createTokenVerifier,
} from '../../../src/tokens/create-token-verifier.ts';
import { TokenKeysUnavailable } from '../../../src/authz/check-faults.ts';
import type { Source } from '../../../src/terms/source.ts';
import { eventually } from '../../support/time/eventually.ts';
import { publishVolume } from '../../support/files/mounted-volume.ts';
import {
  CLAIMS,
  NOW_MS,
  type SigningKey,
  type TokenEvent,
  keySetText,
  recordTo,
  signingKey,
  sourceWith,
} from '../../unit/tokens/tokens.ts';

describe('token keys in a file', () => {
  let folder: string;
  let path: string;
  let source: Source;
  let one: SigningKey;
  let two: SigningKey;
  let verifier: RunningTokenVerifier;
  let events: TokenEvent[];

  before(async () => {
    [one, two] = await Promise.all([signingKey('one'), signingKey('two')]);
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'curfew-jwks-'));
    path = join(folder, 'jwks.json');
    source = sourceWith({ kind: 'file', path });
    events = [];
  });
  afterEach(async () => {
    verifier.close();
    await rm(folder, { recursive: true });
  });

  function start(): void {
    verifier = createTokenVerifier({
      sources: [source],
      clock: () => NOW_MS,
      observer: recordTo(events),
    });
  }

  async function takes(key: SigningKey): Promise<boolean> {
    try {
      return (await verifier.verify(source, await key.sign())).kind === 'verified';
    } catch (error) {
      expect(error, 'a newer file could have the key').to.be.instanceOf(TokenKeysUnavailable);
      return false;
    }
  }

  it('are read at the start', async () => {
    await writeFile(path, keySetText(one));
    start();
    const proof = await verifier.verify(source, await one.sign());
    expect(proof).to.deep.equal({ kind: 'verified', claims: CLAIMS });
    expect(events).to.deep.equal([{ kind: 'loaded', origin: path, keys: 1, ignored: 0 }]);
  });

  it('are read again when the file is written', async () => {
    await writeFile(path, keySetText(one));
    start();
    const token = await one.sign();
    await verifier.verify(source, token);
    await writeFile(path, keySetText(two));
    await eventually('new key', () => takes(two), 2_000);
    expect(await verifier.verify(source, token)).to.deep.equal({
      kind: 'invalid',
      cause: 'unknown_key',
    });
  });

  it('are read again when a ConfigMap is swapped, more than once', async () => {
    const swap = (text: string) => publishVolume(folder, { 'jwks.json': text });
    await swap(keySetText(one));
    start();
    expect(await takes(one)).to.equal(true);
    await swap(keySetText(two));
    await eventually(
      'second version',
      async () => (await takes(two)) && !(await takes(one)),
      3_000,
    );
    await swap(keySetText(one));
    await eventually('third version', async () => (await takes(one)) && !(await takes(two)), 3_000);
  });

  it('are kept when the new file is bad or gone', async () => {
    await writeFile(path, keySetText(one));
    start();
    await verifier.firstTried();
    await writeFile(path, keySetText(two).slice(0, 40));
    await eventually('report', () => events.length === 2);
    expect(events[1]).to.include({ kind: 'unreadable', kept: true });
    expect(await takes(one)).to.equal(true);
    await rm(path);
    await eventually('another report', () => events.length === 3);
    expect(events[2]).to.have.property('why', `${path} does not exist`);
    expect(await takes(one)).to.equal(true);
  });

  it('give no verdict while there is no file, and are used as soon as there is one', async () => {
    start();
    await verifier.firstTried();
    const fault = await Promise.resolve(verifier.verify(source, await one.sign())).catch(
      (error: unknown) => error,
    );
    expect(fault).to.be.instanceOf(TokenKeysUnavailable);
    await writeFile(path, keySetText(one));
    await eventually('first keys', () => takes(one), 2_000);
  });
});
