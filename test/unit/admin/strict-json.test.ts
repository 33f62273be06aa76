import { expect } from 'chai';
import * as fc from 'fast-check';
import { JsonFault, parseStrictJson } from '../../../src/admin/wire/strict-json.ts';

function faultOf(text: string): string {
  try {
    parseStrictJson(text);
  } catch (error) {
    if (error instanceof JsonFault) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('strict JSON', () => {
  it('means what JSON.parse says, for every value without __proto__', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.integer({ min: 0, max: 3 }), (text, indent) => {
        fc.pre(!text.includes('__proto__'));
        const spelled = JSON.stringify(JSON.parse(text), undefined, indent);
        fc.pre(spelled.isWellFormed() && !/\\ud[89a-f]/i.test(spelled));
        expect(parseStrictJson(spelled)).to.deep.equal(JSON.parse(spelled));
      }),
      { numRuns: 500 },
    );
  });

  it('accepts nothing that JSON.parse refuses', () => {
    const piece = fc.constantFrom(
      ...'{}[],:"\\ \n\t0123eE+-.'.split(''),
      'true',
      'nul',
      '\u0000',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        if (faultOf(text) === 'accepted') JSON.parse(text);
      }),
      { numRuns: 5_000 },
    );
  });

  const table: readonly (readonly [string, string, RegExp])[] = [
    ['a name that stands twice', '{"a":1,"a":1}', /same name twice in one object, at character 8$/],
    ['a name in two spellings', '{"a":1,"\\u0061":2}', /same name twice/],
    ['a name that stands twice, deep inside', '{"a":[{"b":1,"b":2}]}', /same name twice/],
    ['__proto__', '{"__proto__":{}}', /names __proto__/],
    ['__proto__ in another spelling', '{"__pr\\u006fto__":{}}', /names __proto__/],
    ['nine levels', `${'['.repeat(9)}${']'.repeat(9)}`, /deeper than 8 levels/],
    ['a hundred thousand levels', '['.repeat(100_000), /deeper than 8 levels/],
    ['half a surrogate pair', '"\\ud800"', /not Unicode/],
    ['more after the end', '{} {}', /goes on after its end/],
    ['nothing', '', /is not JSON/],
    ['a byte order mark', '\ufeff{}', /is not JSON/],
    ['a comment', '{/* */}', /is not JSON/],
    ['a comma at the end', '{"a":1,}', /a string was expected/],
    ['single quotes', "{'a':1}", /is not JSON/],
    ['NaN', 'NaN', /is not JSON/],
    ['a number that is not finite', '1e999', /huge number/],
    ['a leading zero', '01', /goes on after its end/],
    ['a control character in a string', '"\u0001"', /is not JSON/],
  ];
  for (const [what, text, words] of table) {
    it(`refuses ${what}`, () => expect(faultOf(text)).to.match(words));
  }

  it('never shows a part of the text', () => {
    for (const text of ['{"canary":1,"canary":2}', '{"a": canary}', '["canary" "canary"]']) {
      expect(faultOf(text)).to.not.contain('canary');
    }
  });

  it('gives an object its own member called constructor', () => {
    expect(Object.hasOwn(parseStrictJson('{"constructor":1}') as object, 'constructor')).to.equal(
      true,
    );
  });

  it('needs no time that grows faster than the text', () => {
    const full = 65_536;
    const texts = [
      `["${'\\u0061'.repeat(full / 6 - 1)}"]`,
      `[${'1,'.repeat(full / 2 - 2)}1]`,
      `{${Array.from({ length: 6_000 }, (_, i) => `"${i}":${i}`).join(',')}}`,
      `"${'\\'.repeat(full)}`,
      ' '.repeat(full),
    ];
    for (const text of texts) {
      faultOf(text);
      const startedAtMs = performance.now();
      faultOf(text);
      expect(performance.now() - startedAtMs).to.be.below(1_000);
    }
  });
});
