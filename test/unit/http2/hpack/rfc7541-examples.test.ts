import { expect } from 'chai';
import { hpackNumber, hpackString } from '../../../../src/http2/hpack/encode-header.ts';
import { decode, hex, literal, newDecoder, sizeUpdate, tableOf } from './header-blocks.ts';
import type { Field } from './header-blocks.ts';

// RFC 7541, Appendix C, section by section.

const METHOD: Field = [':method', 'GET'];
const HTTP: Field = [':scheme', 'http'];
const AUTHORITY: Field = [':authority', 'www.example.com'];
const NO_CACHE: Field = ['cache-control', 'no-cache'];
const CUSTOM: Field = ['custom-key', 'custom-value'];
const PRIVATE: Field = ['cache-control', 'private'];
const DATE_21: Field = ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'];
const DATE_22: Field = ['date', 'Mon, 21 Oct 2013 20:13:22 GMT'];
const LOCATION: Field = ['location', 'https://www.example.com'];
const GZIP: Field = ['content-encoding', 'gzip'];
const COOKIE: Field = ['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'];
const STATUS_302: Field = [':status', '302'];
const STATUS_307: Field = [':status', '307'];

interface Step {
  readonly block: string;
  readonly fields: readonly Field[];
  /** Newest first. */
  readonly table: readonly Field[];
  readonly tableSize: number;
}

const REQUESTS: readonly Omit<Step, 'block'>[] = [
  { fields: [METHOD, HTTP, [':path', '/'], AUTHORITY], table: [AUTHORITY], tableSize: 57 },
  {
    fields: [METHOD, HTTP, [':path', '/'], AUTHORITY, NO_CACHE],
    table: [NO_CACHE, AUTHORITY],
    tableSize: 110,
  },
  {
    fields: [METHOD, [':scheme', 'https'], [':path', '/index.html'], AUTHORITY, CUSTOM],
    table: [CUSTOM, NO_CACHE, AUTHORITY],
    tableSize: 164,
  },
];

const RESPONSES: readonly Omit<Step, 'block'>[] = [
  {
    fields: [STATUS_302, PRIVATE, DATE_21, LOCATION],
    table: [LOCATION, DATE_21, PRIVATE, STATUS_302],
    tableSize: 222,
  },
  {
    fields: [STATUS_307, PRIVATE, DATE_21, LOCATION],
    table: [STATUS_307, LOCATION, DATE_21, PRIVATE],
    tableSize: 222,
  },
  {
    fields: [[':status', '200'], PRIVATE, DATE_22, LOCATION, GZIP, COOKIE],
    table: [COOKIE, GZIP, DATE_22],
    tableSize: 215,
  },
];

const SEQUENCES: readonly (readonly [title: string, tableSize: number, steps: readonly Step[]])[] =
  [
    [
      'C.3, requests without Huffman coding',
      4096,
      withBlocks(REQUESTS, [
        '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '8286 84be 5808 6e6f 2d63 6163 6865',
        '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
      ]),
    ],
    [
      'C.4, requests with Huffman coding',
      4096,
      withBlocks(REQUESTS, [
        '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
        '8286 84be 5886 a8eb 1064 9cbf',
        '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
      ]),
    ],
    [
      'C.5, responses without Huffman coding',
      256,
      withBlocks(RESPONSES, [
        `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133
         2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70
         6c65 2e63 6f6d`,
        '4803 3330 37c1 c0bf',
        `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d
         54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049
         5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e
         3d31`,
      ]),
    ],
    [
      'C.6, responses with Huffman coding',
      256,
      withBlocks(RESPONSES, [
        `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
         2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
        '4883 640e ffc1 c0bf',
        `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab
         77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f
         9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
      ]),
    ],
  ];

const SINGLE: readonly (Step & { readonly title: string })[] = [
  {
    title: 'C.2.1, a literal with indexing',
    block: '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
    fields: [['custom-key', 'custom-header']],
    table: [['custom-key', 'custom-header']],
    tableSize: 55,
  },
  {
    title: 'C.2.2, a literal without indexing',
    block: '040c 2f73 616d 706c 652f 7061 7468',
    fields: [[':path', '/sample/path']],
    table: [],
    tableSize: 0,
  },
  {
    title: 'C.2.3, a literal never indexed',
    block: '1008 7061 7373 776f 7264 0673 6563 7265 74',
    fields: [['password', 'secret']],
    table: [],
    tableSize: 0,
  },
  { title: 'C.2.4, an indexed field', block: '82', fields: [METHOD], table: [], tableSize: 0 },
];

describe('the examples of RFC 7541', () => {
  it('C.1, numbers, are written as shown', () => {
    expect(hpackNumber(10, 5, 0)).to.equal(hex('0a'));
    expect(hpackNumber(1337, 5, 0)).to.equal(hex('1f 9a 0a'));
    expect(hpackNumber(42, 8, 0)).to.equal(hex('2a'));
  });

  it('C.1, numbers, are read as shown', () => {
    // A table size is the only number with a prefix of 5 bits. Our limit shows which number was
    // read.
    for (const [number, bytes] of [
      [10, '2a'],
      [1337, '3f 9a 0a'],
    ] as const) {
      const exact = newDecoder({ tableSizeMax: number });
      exact.settingsAcknowledged();
      expect(decode(exact, hex(bytes)).list).to.equal('complete');
      const smaller = newDecoder({ tableSizeMax: number - 1 });
      smaller.settingsAcknowledged();
      expect(() => decode(smaller, hex(bytes))).to.throw('table size above our limit');
    }
  });

  for (const { title, block, fields, table, tableSize } of SINGLE) {
    it(title, () => {
      const decoder = newDecoder();
      expect(decode(decoder, hex(block))).to.deep.equal({ fields, list: 'complete' });
      expect(decoder.tableSize).to.equal(tableSize);
      expect(tableOf(decoder)).to.deep.equal(table);
    });
  }

  for (const [title, size, steps] of SEQUENCES) {
    it(title, () => {
      const decoder = newDecoder();
      decode(decoder, sizeUpdate(size));
      for (const { block, fields, table, tableSize } of steps) {
        expect(decode(decoder, hex(block))).to.deep.equal({ fields, list: 'complete' });
        expect(decoder.tableSize).to.equal(tableSize);
        expect(tableOf(decoder)).to.deep.equal(table);
      }
    });
  }

  it('C.4 and C.6, Huffman strings, are written as shown', () => {
    for (const [text, bytes] of [
      ['www.example.com', '8c f1e3 c2e5 f23a 6ba0 ab90 f4ff'],
      ['no-cache', '86 a8eb 1064 9cbf'],
      ['custom-key', '88 25a8 49e9 5ba9 7d7f'],
      ['custom-value', '89 25a8 49e9 5bb8 e8b4 bf'],
      ['302', '82 6402'],
      ['private', '85 aec3 771a 4b'],
      [DATE_21[1], '96 d07a be94 1054 d444 a820 0595 040b 8166 e082 a62d 1bff'],
      [LOCATION[1], '91 9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3'],
      [DATE_22[1], '96 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff'],
      ['gzip', '83 9bd9 ab'],
      [
        COOKIE[1],
        `ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f
         9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
      ],
    ] as const) {
      expect(hpackString(text)).to.equal(hex(bytes));
    }
    // The code would not make these shorter, so they are written as they are.
    expect(hpackString('307')).to.equal('\x03307');
    expect(literal('indexing', 8, '307', true)).to.equal(hex('4883 640e ff'));
  });
});

function withBlocks(steps: readonly Omit<Step, 'block'>[], blocks: readonly string[]): Step[] {
  return steps.map((step, index) => ({ ...step, block: blocks[index] ?? '' }));
}
