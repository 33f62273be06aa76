import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { SessionKey } from '../../../../../src/session/session-key.ts';
import { TouchText } from '../../../../../src/store/redis/connection/touch-text.ts';
import { loadScripts } from '../../../../../src/store/redis/load-scripts.ts';
import { partitionIndex } from '../../../../../src/store/redis/store-keys.ts';
import { Nonces } from '../../../../../src/store/redis/wire/nonces.ts';
import { TurnWriter } from '../../../../../src/store/redis/wire/turn-writer.ts';
import { touchOf } from '../../../../support/store/store-requests.ts';

const text = new TouchText(loadScripts().touch, { allCan: () => true });
const key = fc
  .uint8Array({ minLength: 1, maxLength: 8 })
  .map((bytes) => createHash('sha256').update(bytes).digest('base64url') as SessionKey);
const nonce = fc.integer({ min: 100_000_000, max: 999_999_999 });

describe('the bytes of a touch', () => {
  it('are those of its text, for any key, nonce and rule', async () => {
    const { prefix } = new Nonces();
    const onExpiry = fc.constantFrom('end' as const, 'challenge' as const, 'keep' as const);
    const partitions = new Set<number>();
    await fc.assert(
      fc.asyncProperty(key, nonce, onExpiry, async (aKey, aNonce, how) => {
        const request = { ...touchOf('one', { onExpiry: how }), key: aKey };
        const spelling = text.spell(request, prefix, aNonce);
        if (typeof spelling === 'string') throw new Error('it has no template');
        partitions.add(partitionIndex(aKey));
        const whole = text.of(request, prefix, aNonce);
        expect(await written((writer) => spelling.write(writer, aNonce))).to.equal(whole);
        expect(spelling.text(aNonce)).to.equal(whole);
      }),
      { numRuns: 1_000 },
    );
    expect(partitions.size).to.be.above(200);
  });

  it('of many touches in one turn follow each other, whatever the writer had room for', async () => {
    const { prefix } = new Nonces();
    const request = touchOf('one', {});
    const spellings = Array.from({ length: 300 }, (_, at) => {
      const each = { ...request, key: createHash('sha256').update(`${at}`).digest('base64url') };
      const touch = { ...each, key: each.key as SessionKey };
      return { touch, spelling: text.spell(touch, prefix, 100_000_000 + at) };
    });
    const all = await written((writer) => {
      for (const [at, { spelling }] of spellings.entries()) {
        if (typeof spelling === 'string') throw new Error('it has no template');
        if (at % 100 === 50) writer.add('PING\r\n'.repeat(20_000));
        spelling.write(writer, 100_000_000 + at);
      }
    });
    const expected = spellings.map(({ touch }, at) => {
      const before = at % 100 === 50 ? 'PING\r\n'.repeat(20_000) : '';
      return before + text.of(touch, prefix, 100_000_000 + at);
    });
    expect(all).to.equal(expected.join(''));
  });

  it('are never made for a key that is not a session key', () => {
    const request = { ...touchOf('one', {}), key: 'not a key' as SessionKey };
    expect(() => text.spell(request, new Nonces().prefix, 100_000_000)).to.throw(TypeError);
  });
});

/** What reaches the stream at the end of the turn. */
async function written(write: (writer: TurnWriter) => void): Promise<string> {
  const stream = new PassThrough({ highWaterMark: 10_000_000 });
  const lost = (): never => {
    throw new Error('the stream is open');
  };
  write(new TurnWriter(stream, lost));
  await setImmediate();
  return (stream.read() as Buffer).toString('latin1');
}
