import { expect } from 'chai';
import {
  ProcessConfigError,
  parseProcessConfig,
} from '../../../src/settings/parse-process-config.ts';
import type { ProcessConfig } from '../../../src/settings/process-config.ts';
import { PROCESS_SETTINGS } from '../../../src/settings/process-settings.ts';
import type { Environment, SettingTexts } from '../../../src/settings/process-settings.ts';
import type { SettingName } from '../../../src/settings/setting-name.ts';
import { parseStoreLocation } from '../../../src/store/parse-store-location.ts';

function configOf(flags: SettingTexts = {}, environment: Environment = {}): ProcessConfig {
  return parseProcessConfig(flags, environment).config;
}

function problemsOf(flags: SettingTexts, environment: Environment = {}): readonly string[] {
  try {
    parseProcessConfig(flags, environment);
  } catch (error) {
    if (error instanceof ProcessConfigError) return error.problems;
    throw error;
  }
  throw new Error('no problem was found');
}

const PASSWORD = 'hunter2';

describe('process-config', () => {
  it('runs on its defaults', () => {
    expect(configOf()).to.deep.equal({
      policyFile: 'curfew.yaml',
      grpcAddress: { kind: 'tcp', host: '127.0.0.1', port: 9001 },
      grpcTlsCertFile: undefined,
      grpcTlsKeyFile: undefined,
      grpcClientCaFile: undefined,
      transport: 'fast',
      opsAddress: { kind: 'tcp', host: '127.0.0.1', port: 9002 },
      adminAddress: { kind: 'tcp', host: '127.0.0.1', port: 9003 },
      adminTlsCertFile: undefined,
      adminTlsKeyFile: undefined,
      adminTokensFile: undefined,
      adminClientCaFile: undefined,
      adminRoles: undefined,
      adminJwtIssuer: undefined,
      adminJwtAudience: undefined,
      adminJwtKeys: undefined,
      adminJwtRoleClaim: undefined,
      store: { kind: 'memory' },
      keyFile: undefined,
      redisPasswordFile: undefined,
      redisCaFile: undefined,
      redisCertFile: undefined,
      redisKeyFile: undefined,
      sentinelUsername: undefined,
      sentinelPasswordFile: undefined,
      durableReplicas: undefined,
      leasesMax: 20_000,
      logLevel: 'info',
      drainDelayMs: 5_000,
      drainTimeoutMs: 10_000,
      decisionBudgetMs: 150,
      inFlightMax: 512,
      connectionAgeMs: undefined,
    });
  });

  describe('takes the flag before the environment, and the environment before the default', () => {
    const table: readonly (readonly [
      SettingName,
      keyof ProcessConfig,
      string,
      unknown,
      string,
      unknown,
    ])[] = [
      ['config', 'policyFile', 'a.yaml', 'a.yaml', 'b.yaml', 'b.yaml'],
      [
        'grpcAddress',
        'grpcAddress',
        'unix:/a',
        { kind: 'unix', path: '/a' },
        '[::1]:1',
        { kind: 'tcp', host: '[::1]', port: 1 },
      ],
      [
        'opsAddress',
        'opsAddress',
        'localhost:0',
        { kind: 'tcp', host: 'localhost', port: 0 },
        '0.0.0.0:80',
        { kind: 'tcp', host: '0.0.0.0', port: 80 },
      ],
      [
        'store',
        'store',
        'redis://a',
        parseStoreLocation('redis://a'),
        'rediss://u@b:1/2',
        parseStoreLocation('rediss://u@b:1/2'),
      ],
      ['grpcTlsCertFile', 'grpcTlsCertFile', 'a', 'a', 'b', 'b'],
      ['grpcTlsKeyFile', 'grpcTlsKeyFile', 'a', 'a', 'b', 'b'],
      ['grpcClientCaFile', 'grpcClientCaFile', 'a', 'a', 'b', 'b'],
      ['transport', 'transport', 'fast', 'fast', 'grpc-js', 'grpc-js'],
      [
        'adminAddress',
        'adminAddress',
        'unix:/a',
        { kind: 'unix', path: '/a' },
        '127.8.0.1:1',
        { kind: 'tcp', host: '127.8.0.1', port: 1 },
      ],
      ['adminTlsCertFile', 'adminTlsCertFile', 'a', 'a', 'b', 'b'],
      ['adminTlsKeyFile', 'adminTlsKeyFile', 'a', 'a', 'b', 'b'],
      ['adminTokensFile', 'adminTokensFile', 'a', 'a', 'b', 'b'],
      ['adminClientCaFile', 'adminClientCaFile', 'a', 'a', 'b', 'b'],
      [
        'adminRole',
        'adminRoles',
        'Ada=viewer',
        [{ name: 'Ada', grant: { role: 'viewer', sources: undefined } }],
        'O=U=operator, login=issuer:web+app',
        [
          { name: 'O=U', grant: { role: 'operator', sources: undefined } },
          { name: 'login', grant: { role: 'issuer', sources: new Set(['web', 'app']) } },
        ],
      ],
      ['adminJwtIssuer', 'adminJwtIssuer', 'a', 'a', 'b', 'b'],
      ['adminJwtAudience', 'adminJwtAudience', 'a', 'a', 'b', 'b'],
      [
        'adminJwtKeys',
        'adminJwtKeys',
        'jwks.json',
        { kind: 'file', path: 'jwks.json' },
        'https://idp.example/jwks',
        { kind: 'uri', uri: 'https://idp.example/jwks', plainHttp: 'refused' },
      ],
      ['adminJwtRoleClaim', 'adminJwtRoleClaim', 'a', 'a', 'b.c', 'b.c'],
      ['keyFile', 'keyFile', 'a', 'a', 'b', 'b'],
      ['redisPasswordFile', 'redisPasswordFile', 'a', 'a', 'b', 'b'],
      ['redisCaFile', 'redisCaFile', 'a', 'a', 'b', 'b'],
      ['redisCertFile', 'redisCertFile', 'a', 'a', 'b', 'b'],
      ['redisKeyFile', 'redisKeyFile', 'a', 'a', 'b', 'b'],
      ['sentinelUsername', 'sentinelUsername', 'a', 'a', 'b', 'b'],
      ['sentinelPasswordFile', 'sentinelPasswordFile', 'a', 'a', 'b', 'b'],
      ['durableReplicas', 'durableReplicas', '1', 1, '2', 2],
      ['leasesMax', 'leasesMax', '0', 0, '1000000', 1_000_000],
      ['logLevel', 'logLevel', 'debug', 'debug', 'warn', 'warn'],
      ['drainDelay', 'drainDelayMs', '0s', 0, '1m30s', 90_000],
      ['drainTimeout', 'drainTimeoutMs', '250ms', 250, '1s', 1_000],
      ['decisionBudget', 'decisionBudgetMs', '20ms', 20, '1s', 1_000],
      ['inFlightMax', 'inFlightMax', '1', 1, '100000', 100_000],
      ['connectionAge', 'connectionAgeMs', 'off', undefined, '5m', 300_000],
    ];

    // What some settings are refused without.
    const HALVES = {
      CURFEW_KEY_FILE: 'k',
      CURFEW_GRPC_TLS_CERT_FILE: 'c',
      CURFEW_GRPC_TLS_KEY_FILE: 'k',
      CURFEW_REDIS_CERT_FILE: 'c',
      CURFEW_REDIS_KEY_FILE: 'k',
      CURFEW_SENTINEL_PASSWORD_FILE: 'p',
      CURFEW_ADMIN_TOKENS_FILE: 't',
      CURFEW_ADMIN_TLS_CERT_FILE: 'c',
      CURFEW_ADMIN_TLS_KEY_FILE: 'k',
      CURFEW_ADMIN_CLIENT_CA_FILE: 'a',
      CURFEW_ADMIN_ROLE: 'a=viewer',
      CURFEW_ADMIN_JWT_ISSUER: 'i',
      CURFEW_ADMIN_JWT_AUDIENCE: 'a',
      CURFEW_ADMIN_JWT_KEYS: 'k',
      CURFEW_ADMIN_JWT_ROLE_CLAIM: 'roles',
    };

    it('of every setting', () => {
      expect(table.map(([name]) => name)).to.have.members(PROCESS_SETTINGS.map(({ name }) => name));
    });

    for (const [name, field, flag, flagValue, variable, variableValue] of table) {
      it(name, () => {
        const setting = PROCESS_SETTINGS.find((one) => one.name === name);
        const environment = { ...HALVES, [setting?.variable ?? '']: variable };
        expect(configOf({}, environment)[field]).to.deep.equal(variableValue);
        expect(configOf({ [name]: flag }, environment)[field]).to.deep.equal(flagValue);
      });
    }
  });

  it('takes an empty variable as not set', () => {
    expect(configOf({}, { CURFEW_KEY_FILE: '', CURFEW_STORE: '' }).keyFile).to.equal(undefined);
  });

  it('is frozen', () => {
    expect(Object.isFrozen(configOf())).to.equal(true);
  });

  it('reports all problems at once, each with its flag or variable', () => {
    const problems = problemsOf(
      { grpcAddress: '9001', inFlightMax: '0' },
      { CURFEW_OPS_ADDRESS: ':9002', CURFEW_DRAIN_DELAY: '5', CURFEW_LOG_LEVEL: 'loud' },
    );
    expect(problems).to.deep.equal([
      '--grpc-address is not an address; write host:port, [IPv6]:port or unix:/path',
      'CURFEW_OPS_ADDRESS names no host; write 0.0.0.0:9002 to listen on every interface',
      'CURFEW_LOG_LEVEL is not a log level; write one of fatal, error, warn, info, debug',
      'CURFEW_DRAIN_DELAY is not a duration; write a number with its unit, such as 250ms, 5s or 1m30s',
      '--in-flight-max must be a whole number from 1 to 100000',
    ]);
  });

  describe('refuses', () => {
    const table: readonly (readonly [string, SettingTexts, RegExp])[] = [
      ['an empty flag', { config: '' }, /^--config is empty$/],
      ['a port above 65535', { grpcAddress: 'a:65536' }, /is not an address/],
      ['a relative socket', { grpcAddress: 'unix:curfew.sock' }, /absolute path/],
      [
        'a socket path that no system takes',
        { grpcAddress: `unix:/${'x'.repeat(107)}` },
        /too long/,
      ],
      ['a URL as an address', { opsAddress: 'http://a:1' }, /is not an address/],
      [
        'the same address twice',
        { opsAddress: '127.0.0.1:9001' },
        /^--ops-address is the same address as --grpc-address$/,
      ],
      ['an unknown store', { store: 'postgres://a' }, /is not a valid store; use memory:/],
      [
        'Sentinels without the name of a primary',
        { store: 'redis+sentinel://a,b', keyFile: 'k' },
        /does not say what the Sentinels call the primary/,
      ],
      [
        'a Cluster with a database',
        { store: 'redis+cluster://a,b/0', keyFile: 'k' },
        /a Redis Cluster has only database 0/,
      ],
      [
        'a user of Sentinels without a password',
        { store: 'redis+sentinel://a/b', keyFile: 'k', sentinelUsername: 'u' },
        /^--sentinel-password-file is required with --sentinel-username$/,
      ],
      [
        'a user of Sentinels with a space',
        { store: 'redis+sentinel://a/b', keyFile: 'k', sentinelUsername: 'u v' },
        /^--sentinel-username is not the name of a user$/,
      ],
      ['Sentinels without a key file', { store: 'redis+sentinel://a/b' }, /is required with Redis/],
      ['a Cluster without a key file', { store: 'redis+cluster://a' }, /is required with Redis/],
      [
        'a store without a host',
        { store: 'redis://', keyFile: 'k' },
        /is not a valid URL|does not name a host/,
      ],
      [
        'a database that is not a number',
        { store: 'redis://a/b', keyFile: 'k' },
        /number of a database/,
      ],
      ['options in the URL', { store: 'redis://a?tls=true', keyFile: 'k' }, /may not have a query/],
      [
        'Redis without a key file',
        { store: 'redis://a' },
        /--key-file is required with Redis.*openssl rand/,
      ],
      ['a budget that leaves no time', { decisionBudget: '19ms' }, /must be from 20ms to 10s/],
      ['a budget that no Envoy waits for', { decisionBudget: '11s' }, /must be from 20ms to 10s/],
      ['a negative duration', { drainDelay: '-1s' }, /is not a duration/],
      ['a fraction of a call', { inFlightMax: '1.5' }, /whole number/],
      [
        'a certificate without its key',
        { grpcTlsCertFile: 'a' },
        /^--grpc-tls-key-file is required with --grpc-tls-cert-file$/,
      ],
      [
        'a key without its certificate',
        { grpcTlsKeyFile: 'a' },
        /^--grpc-tls-cert-file is required with --grpc-tls-key-file$/,
      ],
      [
        'a certificate for Redis without its key',
        { redisCertFile: 'a' },
        /^--redis-key-file is required with --redis-cert-file$/,
      ],
      ['an unknown transport', { transport: 'http' }, /is not a transport; write fast or grpc-js$/],
      ['a connection age without a unit', { connectionAge: '300' }, /is not a duration/],
    ];
    for (const [what, flags, words] of table) {
      it(what, () => {
        const problems = problemsOf(flags);
        expect(problems).to.have.length(1);
        expect(problems[0]).to.match(words);
      });
    }
  });

  it('refuses authorities of clients without a certificate to show them', () => {
    expect(problemsOf({ grpcClientCaFile: 'a' })).to.deep.equal([
      '--grpc-tls-cert-file is required with --grpc-client-ca-file',
      '--grpc-tls-key-file is required with --grpc-client-ca-file',
    ]);
  });

  describe('never repeats a password', () => {
    for (const url of [
      `redis://:${PASSWORD}@a`,
      `rediss://u:${PASSWORD}@a:1/0`,
      `redis://a?password=${PASSWORD}`,
      `redis://:${PASSWORD}@a:port`,
      `mysql://u:${PASSWORD}@a`,
    ]) {
      it(url.replace(PASSWORD, '***'), () => {
        const problems = problemsOf({ keyFile: 'k' }, { CURFEW_STORE: url });
        expect(problems).to.have.length(1);
        expect(problems.join()).to.not.contain(PASSWORD);
      });
    }

    it('and says where it belongs', () => {
      const [problem] = problemsOf({ keyFile: 'k' }, { CURFEW_STORE: `redis://:${PASSWORD}@a` });
      expect(problem).to.match(/^CURFEW_STORE contains a password.*CURFEW_REDIS_PASSWORD_FILE/);
    });
  });

  describe('warns', () => {
    const warningsOf = (environment: Environment, flags: SettingTexts = {}) =>
      parseProcessConfig(flags, environment).warnings;

    it('of a variable that is not a setting, with the nearest one and without its value', () => {
      expect(warningsOf({ CURFEW_GRPC_ADRESS: PASSWORD, CURFEW_QUUX: PASSWORD })).to.deep.equal([
        'CURFEW_GRPC_ADRESS is not a setting and has no effect; did you mean CURFEW_GRPC_ADDRESS?',
        'CURFEW_QUUX is not a setting and has no effect; see curfew serve --help',
      ]);
    });

    it('not of what Kubernetes sets for a Service called curfew', () => {
      const environment = {
        CURFEW_SERVICE_HOST: '10.0.0.1',
        CURFEW_SERVICE_PORT: '9001',
        CURFEW_SERVICE_PORT_GRPC: '9001',
        CURFEW_PORT: 'tcp://10.0.0.1:9001',
        CURFEW_PORT_9001_TCP: 'tcp://10.0.0.1:9001',
        CURFEW_PORT_9001_TCP_ADDR: '10.0.0.1',
        CURFEW_OPS_PORT: 'tcp://10.0.0.1:9002',
      };
      expect(warningsOf(environment)).to.deep.equal([]);
    });

    it('of a CURFEW_PORT that is not one of Kubernetes', () => {
      expect(warningsOf({ CURFEW_PORT: '9001' })).to.have.length(1);
    });

    it('of Redis settings that the memory store does not read', () => {
      expect(
        warningsOf({
          CURFEW_REDIS_PASSWORD_FILE: 'a',
          CURFEW_REDIS_CA_FILE: 'b',
          CURFEW_DURABLE_REPLICAS: '1',
        }),
      ).to.deep.equal([
        '--redis-password-file has no effect with the store memory:',
        '--redis-ca-file has no effect with the store memory:',
        '--durable-replicas has no effect with the store memory:',
      ]);
    });

    it('of replicas that no call of administration waits for', () => {
      const replicas = { CURFEW_DURABLE_REPLICAS: '1' };
      const redis = { store: 'redis://a', keyFile: 'k' };
      expect(warningsOf(replicas, redis)).to.deep.equal([
        '--durable-replicas has no effect without callers of administration',
      ]);
      expect(warningsOf(replicas, { ...redis, adminTokensFile: 't' })).to.deep.equal([]);
    });

    it('of authorities for a connection without TLS', () => {
      expect(
        warningsOf({ CURFEW_REDIS_CA_FILE: 'b' }, { store: 'redis://a', keyFile: 'k' }),
      ).to.deep.equal(['--redis-ca-file has no effect with redis://; use rediss:// for TLS']);
    });

    it('of authorities for Sentinels without TLS', () => {
      expect(
        warningsOf({ CURFEW_REDIS_CA_FILE: 'b' }, { store: 'redis+sentinel://a/b', keyFile: 'k' }),
      ).to.deep.equal([
        '--redis-ca-file has no effect with redis+sentinel://; use rediss+sentinel:// for TLS',
      ]);
    });

    it('of a user and a password of Sentinels where there are none', () => {
      expect(
        warningsOf(
          { CURFEW_SENTINEL_USERNAME: 'u', CURFEW_SENTINEL_PASSWORD_FILE: 'p' },
          { store: 'redis://a', keyFile: 'k' },
        ),
      ).to.deep.equal([
        '--sentinel-username has no effect without redis+sentinel://',
        '--sentinel-password-file has no effect without redis+sentinel://',
      ]);
    });
  });
});
