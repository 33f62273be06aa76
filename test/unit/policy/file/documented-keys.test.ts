import { expect } from 'chai';
import { parsePolicyFile } from '../../../../src/policy/parse-policy-file.ts';
import type { DocumentedKey } from './documented-keys.ts';
import { documentedKeys } from './documented-keys.ts';

type Entry = Record<string, unknown>;

const justification = 'Tokens are renewed by a login only.';

/** A file that becomes the example of each key by setting that key. */
const BASE = {
  version: 1,
  sources: [
    { name: 'web', cookie: 'sid', opening: 'registered' },
    { name: 'api', header: 'x-api-session', opening: 'registered' },
  ],
  policies: [
    { name: 'first', match: [{ path: '/first' }], idle: '15m', absolute: '12h', justification },
    { name: 'default', idle: '15m', absolute: '12h', justification },
  ],
};

/** What a key's description says that it needs beside it; `undefined` takes a key away. */
const BESIDE: Readonly<Record<string, Entry>> = {
  'sources.header': { cookie: undefined },
  'sources.bearer': { cookie: undefined },
  'sources.jwt': { cookie: undefined },
  'sources.opening': { credential_lifetime: '30d' },
  'sources.jwt.justification': { audience: 'any' },
  'sources.jwt.verified_by': { jwks_uri: undefined },
  'sources.jwt.metadata_key': { jwks_uri: undefined, verified_by: 'envoy' },
  'sources.jwt.jwks_file': { jwks_uri: undefined },
  'sources.jwt.forwarded_headers': { jwks_uri: undefined, verified_by: 'envoy' },
  'policies.passive': { by_name: true },
  'policies.ends_session': { idle: undefined, absolute: undefined, justification: undefined },
  'policies.return_hosts': { login_url: 'https://login.example.net/?rd={return_to}' },
};

const keys = documentedKeys();
const exampleOf = ({ examples }: DocumentedKey): unknown =>
  Array.isArray(examples) ? examples[0] : undefined;

/** The base with the example of one key, in the example of the key above it if the base lacks that one. */
function fileWith(key: DocumentedKey): unknown {
  const file = structuredClone(BASE) as Entry;
  let place = file;
  key.path.forEach((step, i) => {
    const path = key.path.slice(0, i + 1);
    const here = keys.find((each) => each.path.join('.') === path.join('.'));
    const isLast = i === key.path.length - 1;
    if (here !== undefined && (isLast || typeof place[step] !== 'object')) {
      Object.assign(place, BESIDE[path.join('.')], { [step]: structuredClone(exampleOf(here)) });
    }
    const below = place[step];
    place = (Array.isArray(below) ? below[0] : below) as Entry;
  });
  return file;
}

describe('every key of the policy file', () => {
  it('has a description that is a sentence', () => {
    const without = keys.filter(
      ({ description }) => typeof description !== 'string' || !/^.{10,}\.$/.test(description),
    );
    expect(without.map(({ path }) => path.join('.'))).to.deep.equal([]);
  });

  it('has exactly one example', () => {
    const without = keys.filter(
      ({ examples }) => !Array.isArray(examples) || examples.length !== 1,
    );
    expect(without.map(({ path }) => path.join('.'))).to.deep.equal([]);
  });

  for (const key of keys) {
    it(`${key.path.join('.')} has an example that is accepted`, () => {
      const parsed = parsePolicyFile(JSON.stringify(fileWith(key)), 'example.yaml');
      expect(parsed.kind === 'problems' ? parsed.problems : parsed.assumptions).to.deep.equal([]);
    });
  }
});
