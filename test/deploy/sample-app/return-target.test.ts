import { expect } from 'chai';
import { returnTarget } from '../../../deploy/sample-app/return-target.ts';

const table = [
  [null, '/'],
  ['', '/'],
  ['/payments?month=5', '/payments?month=5'],
  ['http://app.test:8080/payments', '/payments'],
  ['payments', '/payments'],
  ['//evil.test', '/'],
  ['/\\evil.test', '/'],
  ['\\\\evil.test', '/'],
  ['/.//evil.test', '/'],
  ['/x/..//evil.test', '/'],
  ['https://evil.test/', '/'],
  ['http://app.test:8080@evil.test/', '/'],
  ['http://app.test/other-port', '/'],
  ['javascript:alert(1)', '/'],
  ['/a\r\nset-cookie: x=1', '/aset-cookie:%20x=1'],
] as const;

describe('the return target of the sample login', () => {
  for (const [wanted, target] of table) {
    it(`of ${JSON.stringify(wanted)} is ${target}`, () => {
      expect(returnTarget(wanted, 'app.test:8080')).to.equal(target);
    });
  }
});
