import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STORE_SERVERS, chosenServer, provideStoreServer } from '../../../tools/store-servers.ts';
import { redisServerOrSkip } from '../../support/programs/provision-or-skip.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** The versions after the word of this product, up to the next product or the end of the sentence. */
function versionsIn(page: string, product: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/\s+/g, ' ');
  const sentence = /(?:tested on|run with this ACL on) (.+?\d)\. ?[A-Z-]/.exec(text)?.[1] ?? '';
  const parts = sentence.split(/(?=Redis|Valkey)/).filter((part) => part.startsWith(product));
  return parts.flatMap((part) => [...part.matchAll(/\d+\.\d+\.\d+/g)].map(([version]) => version));
}

describe('the servers that the tests of the store run on', () => {
  for (const page of ['README.md', 'deploy/redis/README.md']) {
    it(`are those that ${page} names`, async function () {
      const run: Record<string, string[]> = { redis: [], valkey: [] };
      for (const name of STORE_SERVERS) {
        const output = execFileSync(await redisServerOrSkip(this, name), ['--version']);
        const version = /v=(\S+)/.exec(output.toString())?.[1] ?? 'unknown';
        const [product = '', series = ''] = name.split(' ');
        // A developer's own redis-server is not the one that the pages speak of.
        if (!version.startsWith(`${series}.`) && !process.env['CI']) this.skip();
        run[product]?.push(version);
      }
      const named = { redis: versionsIn(page, 'Redis'), valkey: versionsIn(page, 'Valkey') };
      expect(named).to.deep.equal(run);
    });
  }

  it('are not those of docker-compose.yml, as deploy/redis/README.md says', () => {
    const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
    const images = new Set([...text.matchAll(/image: (redis:[\d.]+)/g)].map(([, image]) => image));
    expect(images.size).to.equal(1);
    const page = readFileSync(join(root, 'deploy/redis/README.md'), 'utf8');
    for (const image of images) expect(page).to.contain(`docker-compose.yml runs \`${image}\``);
  });

  it('are chosen by name, and no other name is taken', async () => {
    const before = process.env['STORE_SERVER'];
    try {
      process.env['STORE_SERVER'] = 'valkey 9';
      expect(chosenServer()).to.equal('valkey 9');
      expect(await provideStoreServer()).to.match(/valkey-server$/);
      process.env['STORE_SERVER'] = 'valkey';
      expect(chosenServer).to.throw('redis 7.0, redis 8, valkey 9');
    } finally {
      if (before === undefined) delete process.env['STORE_SERVER'];
      else process.env['STORE_SERVER'] = before;
    }
  });
});
