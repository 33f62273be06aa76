import { expect } from 'chai';
import { PARSERS } from '../../../outside/readings/parsers.ts';
import { everyTarget } from '../../../outside/readings/targets/every-target.ts';
import { guardsOf } from '../../../support/readings/page-guards.ts';
import { askedTargets, parserTables } from '../../../support/readings/parser-tables.ts';

describe('the tables of what real parsers serve', () => {
  const tables = parserTables();

  it('are those of all parsers', () => {
    const names = tables.map(({ parser }) => parser);
    expect(names).to.have.members(PARSERS.map(({ name }) => name));
  });

  it('are made from the list of targets that the generator has', () => {
    expect(askedTargets()).to.deep.equal(everyTarget());
  });

  for (const { parser, version, asked, served, hosts, methods } of tables) {
    it(`say for every target what happened, and by which version: ${parser}`, () => {
      expect(version).to.match(/\d+\.\d+/);
      expect(asked).to.equal(askedTargets().length);
    });

    it(`have plain pages as what they are: ${parser}`, () => {
      for (const page of ['/login', '/admin/users', '/payments/42', '/accounts/login/']) {
        expect(served).to.deep.include({ target: page, page });
      }
    });

    it(`have plain hosts and methods as what they are: ${parser}`, () => {
      const host = 'app.example.com';
      expect(hosts).to.deep.include({ sent: host, read: host });
      for (const method of ['GET', 'HEAD', 'POST', 'PUT']) {
        expect(methods).to.deep.include({ sent: method, read: method });
      }
    });
  }
});

describe('the ways to write the path of a page in a policy file', () => {
  const WAYS: readonly (readonly [page: string, ways: string])[] = [
    ['/login', '/login/** /login /login/ /Login/** /Login /Login/'],
    [
      '/accounts/login/',
      '/accounts/** /accounts/login /accounts/login/ /*/login ' +
        '/Accounts/** /Accounts/Login /Accounts/Login/ /*/Login',
    ],
    [
      '/payments/4%2F2',
      '/payments/** /payments/* /payments/*/ /*/* /Payments/** /Payments/* /Payments/*/',
    ],
    ['/vault/a/../b', '/vault/** /Vault/**'],
    ['/', '/'],
  ];
  for (const [page, ways] of WAYS) {
    it(`are patterns that cover it: ${page}`, () => {
      expect(guardsOf(page).join(' ')).to.equal(ways);
    });
  }
});
