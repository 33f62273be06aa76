import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConnection } from '../../../../src/cli/administration/asking/connection.ts';
import type { AdminClientTexts } from '../../../../src/settings/admin-client-settings.ts';

const URL_HERE = 'http://127.0.0.1:9003';

describe('the connection to the administration', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'curfew-connection-'));
    const files = {
      token: 'c3VwZXJzZWNyZXQtdG9rZW4tb2YtYW5u\n',
      empty: '\n',
      list: 'ann operator c3VwZXJzZWNyZXQtdG9rZW4tb2YtYW5u\n',
      odd: 'c3VwZXJzZWNyZXQtdG9rZW4tb2YtYW5ü\n',
      pem: 'PEM',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(file(name), text);
  });
  after(() => rmSync(folder, { recursive: true }));

  async function problems(flags: AdminClientTexts): Promise<string> {
    const read = await readConnection(flags, {});
    if ('url' in read) throw new Error('it was read');
    return read.join('\n');
  }

  it('takes flags before variables, and a token without its line break', async () => {
    const environment = { CURFEW_ADMIN_URL: 'https://a.example', CURFEW_TOKEN_FILE: file('token') };
    const read = await readConnection({}, environment);
    expect(read).to.include({ token: 'c3VwZXJzZWNyZXQtdG9rZW4tb2YtYW5u' });
    const other = await readConnection({ url: URL_HERE }, environment);
    expect('url' in other && other.url.port).to.equal('9003');
  });

  it('needs no token where a certificate says who asks', async () => {
    const flags = {
      url: 'https://a.example',
      clientCertFile: file('pem'),
      clientKeyFile: file('pem'),
    };
    expect(await readConnection(flags, {})).to.deep.include({ token: undefined });
  });

  const said: readonly (readonly [string, () => AdminClientTexts, RegExp])[] = [
    ['no address', () => ({ tokenFile: file('token') }), /set CURFEW_ADMIN_URL or --url/],
    ['an address that is not a URL', () => ({ url: '127.0.0.1:9003' }), /--url is not a URL/],
    ['another scheme', () => ({ url: 'redis://127.0.0.1' }), /must begin with https:\/\//],
    ['a path', () => ({ url: `${URL_HERE}/v1` }), /the address alone, without a path/],
    ['a password', () => ({ url: 'http://a:b@127.0.0.1:9003' }), /must not contain a name/],
    ['plain text to elsewhere', () => ({ url: 'http://curfew:9003' }), /cross the network/],
    ['no token', () => ({ url: URL_HERE }), /CURFEW_TOKEN_FILE or --token-file/],
    ['no token file', () => ({ url: URL_HERE, tokenFile: file('no') }), /no does not exist/],
    ['an empty token file', () => ({ url: URL_HERE, tokenFile: file('empty') }), /is empty/],
    [
      "the server's list of tokens",
      () => ({ url: URL_HERE, tokenFile: file('list') }),
      /your token alone/,
    ],
    ['odd characters', () => ({ url: URL_HERE, tokenFile: file('odd') }), /that no token has/],
    [
      'half of a certificate',
      () => ({ url: 'https://a.example', clientCertFile: file('pem') }),
      /must be given together/,
    ],
    [
      'authorities without TLS',
      () => ({ url: URL_HERE, tokenFile: file('token'), caFile: file('pem') }),
      /have no effect with http:\/\//,
    ],
  ];
  for (const [what, flags, words] of said) {
    it(`says what to do about ${what}`, async () => {
      expect(await problems(flags())).to.match(words);
    });
  }

  it('repeats no token', async () => {
    for (const name of ['list', 'odd']) {
      // oxlint-disable-next-line no-await-in-loop -- two
      const text = await problems({ url: URL_HERE, tokenFile: file(name) });
      expect(text).to.not.contain('c3VwZXJ');
    }
  });
});
