import { expect } from 'chai';
import {
  fieldsText,
  printable,
  tableText,
} from '../../../../src/cli/administration/output/table.ts';

describe('the tables of the commands', () => {
  it('align their columns, whatever the script', () => {
    const table = tableText([
      ['SUBJECT', 'SOURCE', 'STATE'],
      ['Zoe\u0308', 'web', 'live'],
      ['Ζωή', 'mobile-app', ''],
    ]);
    expect(table).to.equal(
      'SUBJECT  SOURCE      STATE\nZoe\u0308      web         live\nΖωή      mobile-app\n',
    );
  });

  it('align names and values', () => {
    expect(
      fieldsText([
        ['a', '1'],
        ['long', '2'],
      ]),
    ).to.equal('a     1\nlong  2\n');
  });

  it('let no text from the server move the cursor or turn a line around', () => {
    expect(printable('ann\x1b[2Jb\r\n\u202ex\u0007')).to.equal(
      'ann\\u{1b}[2Jb\\u{d}\\u{a}\\u{202e}x\\u{7}',
    );
    expect(tableText([['a\nb']])).to.equal('a\\u{a}b\n');
    expect(fieldsText([['subject', 'a\tb']])).to.equal('subject  a\\u{9}b\n');
  });
});
