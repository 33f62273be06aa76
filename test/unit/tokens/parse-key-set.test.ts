import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { type JWK, exportJWK } from 'jose';
import { parseKeySet } from '../../../src/tokens/parse-key-set.ts';
import { keySetText, signingKey } from './tokens.ts';

async function refusal(text: string): Promise<string> {
  const error = await parseKeySet(text).then(
    () => undefined,
    (fault: unknown) => fault,
  );
  expect(error).to.be.instanceOf(Error);
  return (error as Error).message;
}

describe('parseKeySet', () => {
  it('keeps public keys of every asymmetric kind', async () => {
    const algorithms = ['RS256', 'PS384', 'ES256', 'ES384', 'ES512', 'EdDSA'];
    const keys = await Promise.all(algorithms.map((alg) => signingKey(alg, alg)));
    const { keys: kept, ignored } = await parseKeySet(keySetText(...keys));
    expect(kept.map(({ kid }) => kid)).to.deep.equal(algorithms);
    expect(ignored).to.equal(0);
  });

  it('keeps keys that name no algorithm', async () => {
    const keys = await Promise.all(['RS256', 'ES384', 'EdDSA'].map((alg) => signingKey(alg, alg)));
    const bare = keys.map(({ publicJwk }) => ({ ...publicJwk, alg: undefined, use: undefined }));
    expect((await parseKeySet(JSON.stringify({ keys: bare }))).keys).to.have.lengthOf(3);
  });

  it('ignores what cannot verify a signature', async () => {
    const good = await signingKey('good');
    const privateJwk: JWK = { ...(await exportJWK(good.privateKey)), kid: 'private' };
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const useless: unknown[] = [
      { kty: 'oct', k: 'c2VjcmV0', kid: 'symmetric', alg: 'HS256' },
      privateJwk,
      { ...good.publicJwk, use: 'enc' },
      { ...good.publicJwk, x: 'AAAA' },
      { ...weak.export({ format: 'jwk' }), kid: 'weak' },
      { kty: 'EC', crv: 'P-1', x: 'AA', y: 'AA' },
      { kty: '__proto__' },
      null,
      7,
      [],
    ];
    const text = JSON.stringify({ keys: [...useless, good.publicJwk] });
    const { keys, ignored } = await parseKeySet(text);
    expect(keys).to.deep.equal([good.publicJwk]);
    expect(ignored).to.equal(useless.length);
  });

  for (const text of ['', '<html>', '[]', '7', 'null', '{}', '{"keys":{}}', '{"keys":"secret"}']) {
    it(`refuses ${JSON.stringify(text)}`, async () => {
      expect(await refusal(text)).to.equal('this is not a JWK set: expected { "keys": [...] }');
    });
  }

  it('refuses a set without a usable key, and one with more than 100', async () => {
    expect(await refusal('{"keys":[]}')).to.contain('no key that can verify');
    const { publicJwk } = await signingKey('one');
    expect(await refusal(keySetText(...Array.from({ length: 101 }, () => publicJwk)))).to.contain(
      'more than 100',
    );
  });
});
