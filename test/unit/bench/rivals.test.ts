import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { goalTable } from '../../bench/rivals/goal-table.ts';
import type { LoadFigures } from '../../bench/rivals/contest-load.ts';
import { Results } from '../../bench/rivals/results.ts';

const folder = join(import.meta.dirname, '..', '..', 'bench', 'rivals');

describe('comparison with rivals', () => {
  it('gives each contender a row in the table of each load that it has had', () => {
    const results = new Results(['Curfew fast', 'Go']);
    results.add('closed', 'Curfew fast', figuresWith({ serverUs: 20, noVerdict: 2 }));
    results.add('closed', 'Curfew fast', figuresWith({ serverUs: 30, noVerdict: 1 }));
    results.add('closed', 'Go', figuresWith({ serverUs: 50 }));
    results.add('low', 'Go', figuresWith({}));
    results.note('Curfew fast', 'restMb', 91);
    const tables = results.tables();
    expect(rowsOf(tables, 'Curfew fast')).to.have.length(2); // one load, and the process
    expect(rowsOf(tables, 'Go')).to.have.length(3);
    expect(rowsOf(tables, 'Curfew fast')[0])
      .to.include('| 25 (20–30) |')
      .and.match(/\| 3 \|$/);
    expect(rowsOf(tables, 'Curfew fast')[1]).to.include('| 91 |');
    expect(tables).not.to.include('h2load').and.not.to.include('NaN');
  });

  it('tells each aim by the medians of both, and whether it is reached', () => {
    const results = new Results(['Curfew fast', 'Go', 'Go tuned', 'Rust']);
    for (const serverUs of [10, 25, 400]) {
      results.add('closed', 'Curfew fast', figuresWith({ serverUs }));
    }
    results.add('closed', 'Go', figuresWith({ serverUs: 50 }));
    results.add('closed', 'Go tuned', figuresWith({ serverUs: 25 }));
    results.add('closed', 'Rust', figuresWith({ serverUs: 20 }));
    const table = goalTable(results);
    const row = (rival: string): string | undefined =>
      table.split('\n').find((line) => line.includes(`by ${rival}: CPU`));
    expect(row('Go')).to.match(/\| 0\.500 \| ≤ 0\.5 \| yes \|$/);
    expect(row('Go tuned')).to.match(/\| 1 \| ≤ 0\.5 \| no \|$/);
    expect(row('Rust')).to.match(/\| 1\.25 \| ≤ 1\.5 \| yes \|$/);
    expect(table).not.to.include('1 000/s'); // nobody has had that load
  });

  it('holds memory to its limits, rivals or not', () => {
    const results = new Results(['Curfew']);
    results.note('Curfew', 'restMb', 101);
    results.add('closed', 'Curfew', figuresWith({ memoryMb: 150 }));
    results.add('closed', 'Curfew', figuresWith({ memoryMb: 199 }));
    results.note('Curfew', 'beforeManyMb', 150);
    results.note('Curfew', 'afterManyMb', 152);
    expect(rowsOf(goalTable(results), 'Curfew: MB at rest')).to.deep.equal([
      '| Curfew: MB at rest | 101 | ≤ 100 | no |',
    ]);
    expect(goalTable(results)).to.include('full load | 199 | ≤ 200 | yes |');
    expect(goalTable(results)).to.include('a million checks | 2 | ≤ 5 | yes |');
  });

  it('has no aims where nothing was measured', () => {
    expect(goalTable(new Results(['Curfew', 'Go']))).to.equal('');
  });

  it('takes dependencies from wherever the machine takes them: no lock file names another registry', () => {
    const lock = readFileSync(join(folder, 'tonic/Cargo.lock'), 'utf8');
    const sources = new Set([...lock.matchAll(/^source = "(.*)"$/gm)].map(([, source]) => source));
    expect([...sources]).to.deep.equal(['registry+https://github.com/rust-lang/crates.io-index']);
    for (const file of ['go.mod', 'go.sum']) {
      const text = readFileSync(join(folder, 'grpc-go', file), 'utf8');
      expect(text, file).not.to.match(/https?:\/\/|^replace |localhost/m);
    }
  });
});

function figuresWith(some: Partial<LoadFigures>): LoadFigures {
  const latency = { mean: 1, p50: 1, p99: 2, p999: 3, max: 4 };
  return {
    perSecond: 1_000,
    serverUs: 30,
    redisUs: 10,
    latency,
    lateness: latency,
    loadShare: 0.1,
    redisShare: 0.1,
    noVerdict: 0,
    memoryMb: 50,
    ...some,
  };
}

function rowsOf(tables: string, name: string): readonly string[] {
  return tables.split('\n').filter((line) => line.startsWith(`| ${name} |`));
}
