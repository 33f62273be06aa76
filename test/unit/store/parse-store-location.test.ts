import { expect } from 'chai';
import { assert, constantFrom, property, stringMatching } from 'fast-check';
import { parseStoreLocation } from '../../../src/store/parse-store-location.ts';
import { HOSTS_MAX } from '../../../src/store/store-hosts.ts';
import { locationOf } from '../../support/store/location-of.ts';

function addressOf(text: string) {
  const location = locationOf(text);
  if (location.kind === 'memory') throw new Error(`${text} has no address`);
  return location.address;
}

const at = (host: string, port: number) => ({ host, port });

describe('parseStoreLocation', () => {
  for (const text of ['memory', 'memory:']) {
    it(`reads ${text}`, () => {
      expect(parseStoreLocation(text)).to.deep.equal({ kind: 'memory' });
    });
  }

  const single = [
    [
      'redis://redis',
      { host: 'redis', port: 6379, isEncrypted: false, username: undefined, database: 0 },
    ],
    ['redis://10.0.0.1:7000', at('10.0.0.1', 7000)],
    ['rediss://redis.example.com:6380/', { isEncrypted: true, port: 6380, database: 0 }],
    ['redis://cur%40few@redis/3', { username: 'cur@few', database: 3 }],
    ['redis://redis/999', { database: 999 }],
    ['redis://[::1]:6379', at('::1', 6379)],
    ['redis://[FE80::1]', at('fe80::1', 6379)],
    ['redis://Redis_1.Example.', at('redis_1.example.', 6379)],
    ['redis://@redis:65535', { username: undefined, port: 65_535 }],
  ] as const;
  for (const [text, want] of single) {
    it(`reads ${text}`, () => {
      expect(locationOf(text)).to.include({ kind: 'redis', url: text });
      expect(addressOf(text)).to.include(want);
    });
  }

  const many = [
    [
      'redis+sentinel://curfew@h1:26379,h2:26380/main.Name-1_x',
      'sentinel',
      {
        sentinels: [at('h1', 26_379), at('h2', 26_380)],
        primaryName: 'main.Name-1_x',
        isEncrypted: false,
        username: 'curfew',
        database: 0,
      },
    ],
    [
      'rediss+sentinel://h1,[::1],[::2]:5000/main/7',
      'sentinel',
      {
        sentinels: [at('h1', 26_379), at('::1', 26_379), at('::2', 5000)],
        primaryName: 'main',
        isEncrypted: true,
        username: undefined,
        database: 7,
      },
    ],
    [
      'redis+cluster://h1,h2:7000',
      'cluster',
      { nodes: [at('h1', 6379), at('h2', 7000)], isEncrypted: false, username: undefined },
    ],
    [
      'rediss+cluster://a%20b@h1/',
      'cluster',
      { nodes: [at('h1', 6379)], isEncrypted: true, username: 'a b' },
    ],
  ] as const;
  for (const [text, kind, address] of many) {
    it(`reads ${text}`, () => {
      expect(parseStoreLocation(text)).to.deep.equal({ kind, url: text, address });
    });
  }

  const hosts = (count: number) => Array.from({ length: count }, (_, i) => `h${i}`).join();
  it(`takes ${HOSTS_MAX} hosts and no more`, () => {
    expect(parseStoreLocation(`redis+cluster://${hosts(HOSTS_MAX)}`)).to.be.an('object');
    expect(parseStoreLocation(`redis+cluster://${hosts(HOSTS_MAX + 1)}`)).to.match(/the most/);
  });

  const bad: readonly (readonly [string, RegExp])[] = [
    ['redis', /is not a valid store/],
    ['http://redis', /is not a valid store/],
    ['REDIS://redis', /is not a valid store/],
    ['memory:x', /is not a valid store/],
    ['unix:/tmp/redis.sock', /is not a valid store/],
    ['redis+sentinels://canary/main', /is not a valid store; use .*redis\+sentinel:\/\//],
    ['redis-sentinel://canary/main', /is not a valid store/],
    ['redis+sentinel:/canary/main', /is not a valid store/],

    ['redis://user:canary@redis', /contains a password.* CURFEW_REDIS_PASSWORD_FILE/],
    ['redis://:canary@redis', /contains a password/],
    ['redis+sentinel://user:canary@a,b/main', /contains a password/],
    ['redis+sentinel://user:can/ary@a,b/main', /contains a password/],
    ['redis+sentinel://user:can@ary@a,b/main', /contains a password/],
    ['redis+cluster://:canary@a', /contains a password/],
    ['redis://%zz@redis', /a broken % escape/],
    ['redis+sentinel://canary@a,canary@b/main', /a user name with .* % escape/],
    ['redis://redis?password=canary', /query/],
    ['redis+sentinel://a/main?canary', /query/],
    ['redis://redis#canary', /fragment/],

    ['redis://redis/zero', /number of a database/],
    ['redis://redis/0/1', /number of a database/],
    ['redis://redis/1000', /number of a database/],
    ['redis+sentinel://a/main/canary', /number of a database after the name/],
    ['redis+sentinel://a/main/1/2', /number of a database after the name/],
    ['redis+cluster://a,b/0', /only database 0; remove it/],
    ['redis+cluster://a,b/canary', /may not have a path/],

    ['redis+sentinel://a,b', /does not say what the Sentinels call the primary/],
    ['redis+sentinel://a,b/', /does not say what the Sentinels call the primary/],
    ['redis+sentinel://a,b//0', /does not say what the Sentinels call the primary/],
    ['redis+sentinel://a,b/can%20ary', /a name of a primary that no Sentinel takes/],
    ['redis+sentinel://a,b/canary:1', /a name of a primary that no Sentinel takes/],
    [`redis+sentinel://a,b/${'n'.repeat(129)}`, /at most 128/],

    ['redis://redis:port', /a port that is not a number/],
    ['redis://redis:0', /a port that is not a number from 1 to 65535/],
    ['redis://redis:65536', /a port that is not a number/],
    ['redis://redis:', /a port that is not a number/],
    ['redis://:6379', /a port without a host/],
    ['redis://', /does not name a host/],
    ['redis://user@', /does not name a host/],
    ['redis+sentinel:///main', /does not name a host/],
    ['redis://a,b', /redis\+sentinel:\/\/.*redis\+cluster:\/\//],
    ['redis+cluster://a,,b', /an empty host between its commas/],
    ['redis+cluster://a,b,', /an empty host between its commas/],
    ['redis+cluster://a, b', /a space between its hosts/],
    ['redis+cluster://a,A:6379', /the same host and port twice/],
    ['redis+sentinel://a,a:26379/main', /the same host and port twice/],
    ['redis+sentinel://::1/main', /an IPv6 address in brackets/],
    ['redis+sentinel://[canary]/main', /not an IPv6 address/],
    ['redis+sentinel://[::1]x/main', /a character that no host name has/],
    ['redis://can%61ry', /a character that no host name has/],
    ['redis://-canary', /a character that no host name has/],
    [`redis://${'a'.repeat(254)}`, /a character that no host name has/],
  ];
  for (const [text, words] of bad) {
    it(`refuses ${text.slice(0, 50)}, and does not repeat it`, () => {
      expect(parseStoreLocation(text)).to.be.a('string').and.match(words);
      expect(parseStoreLocation(text)).not.to.match(/can\/?@?ary/);
    });
  }

  it('never repeats what may be a password, and never throws', () => {
    const schemes = ['redis', 'rediss', 'redis+sentinel', 'rediss+cluster', 'x'];
    const noise = stringMatching(/^[a-z0-9:@/,%[\]?# .-]{0,12}$/);
    assert(
      property(constantFrom(...schemes), noise, noise, (scheme, before, after) => {
        const location = parseStoreLocation(`${scheme}://${before}canary${after}`);
        if (typeof location === 'string') expect(location).not.to.contain('canary');
      }),
    );
  });
});
