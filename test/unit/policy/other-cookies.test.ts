import { expect } from 'chai';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import { bytesOf } from '../../../src/terms/credential-place.ts';

const FILE = `version: 1
sources:
  - name: web
    cookie: sid
    opening: first-use
    credential_lifetime: 30d
  - name: shop
    cookie: SID
    opening: first-use
    credential_lifetime: 30d
  - name: api
    jwt:
      { issuer: 'https://idp.example.com', audience: api, jwks_file: /k.json, cookie: sid.0 }
    credential_lifetime: 30d
  - name: app
    header: x-session
    opening: first-use
    credential_lifetime: 30d
policies:
  - { name: web, match: [{ path: /web/** }], sources: [web], idle: 1h, absolute: 12h }
  - { name: rest, idle: 1h, absolute: 12h }
`;

describe('the sources of a file', () => {
  it('know the cookies of all others, for a JWT in a cookie, too', () => {
    const parsed = parsePolicyFile(FILE, 'curfew.yaml');
    if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed.problems));
    const others = parsed.policies.sources.flatMap(({ place }) => {
      const bytes = bytesOf(place);
      return bytes.kind === 'cookie' ? [[bytes.name, [...bytes.otherCookies]]] : [];
    });
    expect(others).to.deep.equal([
      ['sid', ['SID', 'sid.0']],
      ['SID', ['sid', 'sid.0']],
      ['sid.0', ['sid', 'SID']],
    ]);
  });
});
