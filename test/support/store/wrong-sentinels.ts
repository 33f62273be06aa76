import { provideStoreServer } from '../../../tools/store-servers.ts';
import { selfSigned } from '../certificates/self-signed.ts';
import { freePort } from '../network/free-port.ts';
import { startRedisServer } from '../redis/redis-server.ts';
import { startSentinelServer } from '../redis/sentinel-server.ts';
import type { SentinelServerOptions } from '../redis/sentinel-server.ts';
import { startSentinels } from '../redis/sentinels.ts';
import { ADMIN_USER, ANYBODY } from '../redis/test-users.ts';
import type { OpenWrongStore, WrongStore } from './wrong-stores.ts';

/** A Sentinel that watches nothing. */
export async function startBareSentinel(
  before: string,
  after: string,
  options: Partial<SentinelServerOptions> = {},
): Promise<OpenWrongStore> {
  const bin = await provideStoreServer();
  if (bin === undefined) throw new Error('no redis-server');
  const settings = [ANYBODY, ADMIN_USER];
  const sentinel = await startSentinelServer({ bin, settings, ...options });
  const url = `${before}127.0.0.1:${sentinel.port}${after}`;
  return { url, close: async () => sentinel.stop() };
}

const [PLAIN, TLS] = ['redis+sentinel://', 'rediss+sentinel://'];
const EVENTS = ['sentinels_troubled', 'store_silent'];

export const WRONG_SENTINELS: readonly WrongStore[] = [
  {
    what: 'a port where nothing listens, by redis+sentinel://',
    open: async () => ({
      url: `${PLAIN}127.0.0.1:${await freePort()}/curfew`,
      close: async () => {},
    }),
    says: /: the Sentinels name no primary that can be used: ECONNREFUSED \(nothing listens there\)$/,
    events: EVENTS,
  },
  {
    what: 'a name of a primary that the Sentinel does not know',
    open: async () => startBareSentinel(PLAIN, '/another'),
    says: /: it watches no primary of the name that the store URL gives$/,
    events: EVENTS,
  },
  {
    what: 'a password of the Sentinel that is missing',
    open: async () =>
      startBareSentinel(PLAIN, '/curfew', {
        settings: ['user default on >secret ~* &* +@all', ADMIN_USER],
      }),
    says: /: NOAUTH \(it requires a password: name a file that holds it with CURFEW_SENTINEL_PASSWORD_FILE\)$/,
    events: EVENTS,
  },
  {
    what: 'a password of the Redis behind a Sentinel that is wrong',
    asCurfew: true,
    open: async () => {
      const acl = ['user curfew on >another ~* &* +@all', ANYBODY];
      const sentinels = await startSentinels({ replicas: 0, acl });
      const url = `redis+sentinel://curfew@${sentinels.hosts}/${sentinels.name}`;
      return { url, close: async () => sentinels.close() };
    },
    says: /: the store refused: WRONGPASS \(wrong user or password\)$/,
    events: ['store_silent'],
  },
  {
    what: 'a port with TLS, by redis+sentinel://',
    open: async () => startBareSentinel(PLAIN, '/curfew', { tls: selfSigned() }),
    says: /: (it speaks TLS|it accepts connections and ends them without an answer); for a port with TLS write rediss\+sentinel:\/\/$/,
    events: EVENTS,
  },
  {
    what: 'a port without TLS, by rediss+sentinel://',
    open: async () => startBareSentinel(TLS, '/curfew'),
    says: /TLS.*; for a port without TLS write redis\+sentinel:\/\/\)?$/,
    events: EVENTS,
  },
  {
    what: 'a Redis, by redis+sentinel://',
    open: async () => {
      const server = await startRedisServer({});
      const url = `${PLAIN}127.0.0.1:${server.port}/curfew`;
      return { url, close: async () => server.stop() };
    },
    says: /: the Sentinels name no primary that can be used: ERR \(it is not a Sentinel\)$/,
    events: EVENTS,
  },
];
