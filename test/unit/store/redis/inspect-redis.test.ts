import { expect } from 'chai';
import { inspectRedis } from '../../../../src/store/redis/inspect-redis.ts';

function info(fields: Record<string, string>): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}:${value}`);
  return `# Server\r\n${lines.join('\r\n')}\r\n`;
}

describe('inspectRedis', () => {
  const safe = { maxmemory_policy: 'noeviction' };
  const table = [
    ['7.0.0', 'usable'],
    ['7.0.15', 'usable'],
    ['8.2.1', 'usable'],
    ['10.0.0', 'usable'],
    ['6.2.14', 'refused'],
    ['5.0.7', 'refused'],
    ['unstable', 'refused'],
    ['', 'refused'],
  ] as const;
  for (const [version, kind] of table) {
    it(`finds version "${version}" ${kind}`, () => {
      const found = inspectRedis(info({ redis_version: version, ...safe }));
      expect(found.kind).to.equal(kind);
    });
  }

  it('refuses a text that is not INFO, and names the version of an old server', () => {
    expect(inspectRedis('').kind).to.equal('refused');
    const old = inspectRedis(info({ redis_version: '6.2.14' }));
    expect(old.kind === 'refused' && old.text)
      .to.contain('7.0')
      .and.contain('6.2.14');
  });

  it('recognises Valkey by its own version', () => {
    const found = inspectRedis(
      info({ server_name: 'valkey', redis_version: '7.2.4', valkey_version: '8.1.3', ...safe }),
    );
    expect(found).to.deep.equal({
      kind: 'usable',
      product: 'valkey',
      version: '8.1.3',
      warnings: [],
    });
  });

  for (const policy of ['allkeys-lru', 'volatile-ttl', 'allkeys-random']) {
    it(`warns about ${policy}`, () => {
      const found = inspectRedis(info({ redis_version: '7.2.0', maxmemory_policy: policy }));
      expect(found).to.have.nested.property('warnings[0].kind', 'eviction_policy');
    });
  }

  // Read on real servers: the field is there only while min-replicas-to-write is set.
  for (const [fields, warnings] of [
    [{ connected_slaves: '0' }, []],
    [{ connected_slaves: '1' }, ['replicas_not_required']],
    [{ connected_slaves: '2', min_slaves_good_slaves: '2' }, []],
  ] as const) {
    it(`gives ${warnings.length} warnings with ${JSON.stringify(fields)}`, () => {
      const found = inspectRedis(info({ redis_version: '7.2.0', ...safe, ...fields }));
      const kinds = found.kind === 'usable' && found.warnings.map(({ kind }) => kind);
      expect(kinds).to.deep.equal(warnings);
    });
  }

  it('warns when the server does not report its eviction policy', () => {
    expect(inspectRedis(info({ redis_version: '7.2.0' }))).to.have.nested.property(
      'warnings.length',
      1,
    );
  });

  for (const [used, warnings] of [
    ['899', 0],
    ['900', 1],
  ] as const) {
    it(`gives ${warnings} warnings with ${used} of 1000 bytes used`, () => {
      const found = inspectRedis(
        info({ redis_version: '7.2.0', used_memory: used, maxmemory: '1000', ...safe }),
      );
      expect(found).to.have.nested.property('warnings.length', warnings);
    });
  }
});
