import { expect } from 'chai';
import { ProcessConfigError, parseProcessConfig } from '../../../src/app/process-config.ts';
import type { ProcessConfig } from '../../../src/app/process-config.ts';
import { PROCESS_SETTINGS } from '../../../src/app/process-settings.ts';
import type { Environment, SettingName, SettingTexts } from '../../../src/app/process-settings.ts';

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
      store: { kind: 'memory' },
      keyFile: undefined,
      redisPasswordFile: undefined,
      redisCaFile: undefined,
      redisCertFile: undefined,
      redisKeyFile: undefined,
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
        'adminAddress',
        'adminAddress',
        'a:1',
        { kind: 'tcp', host: 'a', port: 1 },
        'b:1',
        { kind: 'tcp', host: 'b', port: 1 },
      ],
      [
        'store',
        'store',
        'redis://a',
        { kind: 'redis', url: 'redis://a' },
        'rediss://u@b:1/2',
        { kind: 'redis', url: 'rediss://u@b:1/2' },
      ],
      ['grpcTlsCertFile', 'grpcTlsCertFile', 'a', 'a', 'b', 'b'],
      ['grpcTlsKeyFile', 'grpcTlsKeyFile', 'a', 'a', 'b', 'b'],
      ['grpcClientCaFile', 'grpcClientCaFile', 'a', 'a', 'b', 'b'],
      ['transport', 'transport', 'fast', 'fast', 'grpc-js', 'grpc-js'],
      ['keyFile', 'keyFile', 'a', 'a', 'b', 'b'],
      ['redisPasswordFile', 'redisPasswordFile', 'a', 'a', 'b', 'b'],
      ['redisCaFile', 'redisCaFile', 'a', 'a', 'b', 'b'],
      ['redisCertFile', 'redisCertFile', 'a', 'a', 'b', 'b'],
      ['redisKeyFile', 'redisKeyFile', 'a', 'a', 'b', 'b'],
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

  it('tells all problems at once, each with its flag or variable', () => {
    const problems = problemsOf(
      { grpcAddress: '9001', inFlightMax: '0' },
      { CURFEW_OPS_ADDRESS: ':9002', CURFEW_DRAIN_DELAY: '5', CURFEW_LOG_LEVEL: 'loud' },
    );
    expect(problems).to.deep.equal([
      '--grpc-address is no address; write host:port, [IPv6]:port or unix:/path',
      'CURFEW_OPS_ADDRESS names no host; write 0.0.0.0:9002 to listen on every interface',
      'CURFEW_LOG_LEVEL is no log level; write one of fatal, error, warn, info, debug',
      'CURFEW_DRAIN_DELAY is no duration; write a number with its unit, such as 250ms, 5s or 1m30s',
      '--in-flight-max must be a whole number from 1 to 100000',
    ]);
  });

  describe('refuses', () => {
    const table: readonly (readonly [string, SettingTexts, RegExp])[] = [
      ['an empty flag', { config: '' }, /^--config is empty$/],
      ['a port above 65535', { grpcAddress: 'a:65536' }, /is no address/],
      ['a relative socket', { grpcAddress: 'unix:curfew.sock' }, /absolute path/],
      [
        'a socket path that no system takes',
        { grpcAddress: `unix:/${'x'.repeat(107)}` },
        /too long/,
      ],
      ['a URL as an address', { opsAddress: 'http://a:1' }, /is no address/],
      [
        'the same address twice',
        { opsAddress: '127.0.0.1:9001' },
        /^--ops-address is the same address as --grpc-address$/,
      ],
      ['an unknown store', { store: 'postgres://a' }, /is no store; write memory:/],
      [
        'sentinel, which comes later',
        { store: 'redis+sentinel://a/b', keyFile: 'k' },
        /sentinel, which this version cannot use yet/,
      ],
      [
        'cluster, which comes later',
        { store: 'redis+cluster://a,b', keyFile: 'k' },
        /cluster, which this version cannot use yet/,
      ],
      [
        'a store without a host',
        { store: 'redis://', keyFile: 'k' },
        /is no valid URL|names no host/,
      ],
      [
        'a database that is no number',
        { store: 'redis://a/b', keyFile: 'k' },
        /number of a database/,
      ],
      ['options in the URL', { store: 'redis://a?tls=true', keyFile: 'k' }, /no query/],
      [
        'Redis without a key file',
        { store: 'redis://a' },
        /--key-file is required with Redis.*openssl rand/,
      ],
      ['a budget that leaves no time', { decisionBudget: '19ms' }, /must be from 20ms to 10s/],
      ['a budget that no Envoy waits for', { decisionBudget: '11s' }, /must be from 20ms to 10s/],
      ['a negative duration', { drainDelay: '-1s' }, /is no duration/],
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
      ['an unknown transport', { transport: 'http' }, /is no transport; write fast or grpc-js$/],
      ['a connection age without a unit', { connectionAge: '300' }, /is no duration/],
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

    it('of a variable that is no setting, with the nearest one and without its value', () => {
      expect(warningsOf({ CURFEW_GRPC_ADRESS: PASSWORD, CURFEW_QUUX: PASSWORD })).to.deep.equal([
        'CURFEW_GRPC_ADRESS is no setting and has no effect; did you mean CURFEW_GRPC_ADDRESS?',
        'CURFEW_QUUX is no setting and has no effect; see curfew serve --help',
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

    it('of a CURFEW_PORT that somebody made up', () => {
      expect(warningsOf({ CURFEW_PORT: '9001' })).to.have.length(1);
    });

    it('of Redis settings that the memory store does not read', () => {
      expect(
        warningsOf({ CURFEW_REDIS_PASSWORD_FILE: 'a', CURFEW_REDIS_CA_FILE: 'b' }),
      ).to.deep.equal([
        '--redis-password-file has no effect with --store memory:',
        '--redis-ca-file has no effect with --store memory:',
      ]);
    });

    it('of authorities for a connection without TLS', () => {
      expect(
        warningsOf({ CURFEW_REDIS_CA_FILE: 'b' }, { store: 'redis://a', keyFile: 'k' }),
      ).to.deep.equal(['--redis-ca-file has no effect with redis://; write rediss:// for TLS']);
    });
  });
});
