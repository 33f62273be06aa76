import { expect } from 'chai';
import { parseRedisAddress, StoreUrlError } from '../../../src/store/redis-address.ts';

describe('parseRedisAddress', () => {
  const good = [
    [
      'redis://redis',
      { host: 'redis', port: 6379, isEncrypted: false, username: undefined, database: 0 },
    ],
    ['redis://10.0.0.1:7000', { host: '10.0.0.1', port: 7000 }],
    ['rediss://redis.example.com:6380/', { isEncrypted: true, port: 6380, database: 0 }],
    ['redis://cur%40few@redis/3', { username: 'cur@few', database: 3 }],
    ['redis://[::1]:6379', { host: '::1' }],
  ] as const;
  for (const [text, want] of good) {
    it(`reads ${text}`, () => {
      expect(parseRedisAddress(text)).to.include(want);
    });
  }

  const bad = [
    'redis',
    'http://redis',
    'redis+cluster://a,b',
    'redis://user:canary@redis',
    'redis://:canary@redis',
    'redis://redis?password=canary',
    'redis://redis#canary',
    'redis://redis/zero',
    'redis://redis/0/1',
    'redis://',
    'unix:/tmp/redis.sock',
  ];
  for (const text of bad) {
    it(`refuses ${text}, and does not repeat it`, () => {
      expect(() => parseRedisAddress(text))
        .to.throw(StoreUrlError)
        .with.property('message')
        .that.does.not.contain('canary');
    });
  }
});
