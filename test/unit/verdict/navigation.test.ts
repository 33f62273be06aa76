import { expect } from 'chai';
import { isNavigation, navigationOf } from '../../../src/verdict/navigation.ts';
import { factsOf, type Headers } from '../../support/requests/judged-request.ts';

const CHROMIUM =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8';
const FIREFOX = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const NAVIGATE = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Requests of real clients, and others that differ from them in one header. */
const CLIENTS: readonly [
  says: string,
  method: string,
  headers: Headers,
  shows: 'document' | 'frame' | undefined,
][] = [
  ['a link that a person clicks', 'GET', { ...NAVIGATE, accept: CHROMIUM }, 'document'],
  [
    'a timer that loads the page again',
    'GET',
    { ...NAVIGATE, 'cache-control': 'max-age=0' },
    'document',
  ],
  ['a form in a browser', 'POST', { ...NAVIGATE, ...FORM, accept: CHROMIUM }, 'document'],
  ['a navigation that accepts anything', 'GET', { ...NAVIGATE, accept: '*/*' }, 'document'],
  ['an iframe', 'GET', { ...NAVIGATE, 'sec-fetch-dest': 'iframe', accept: CHROMIUM }, 'frame'],
  ['a form in an iframe', 'POST', { ...NAVIGATE, ...FORM, 'sec-fetch-dest': 'iframe' }, 'frame'],
  ['a frame of a frame set', 'GET', { ...NAVIGATE, 'sec-fetch-dest': 'frame' }, 'frame'],
  ['an object', 'GET', { ...NAVIGATE, 'sec-fetch-dest': 'object', accept: CHROMIUM }, 'frame'],
  [
    'an embed of Firefox',
    'GET',
    { ...NAVIGATE, 'sec-fetch-dest': 'embed', accept: '*/*' },
    'frame',
  ],
  [
    'an object that is fetched otherwise',
    'GET',
    { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'object' },
    undefined,
  ],

  [
    'a navigation through a service worker in Chromium',
    'GET',
    { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'empty', accept: CHROMIUM },
    'document',
  ],
  [
    'a navigation through a service worker in Firefox',
    'GET',
    { 'sec-fetch-mode': 'same-origin', 'sec-fetch-dest': 'empty', accept: FIREFOX },
    'document',
  ],
  [
    'the head of one',
    'HEAD',
    { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'empty', accept: CHROMIUM },
    'document',
  ],
  [
    'a navigation preload',
    'GET',
    { ...NAVIGATE, 'service-worker-navigation-preload': 'true', accept: FIREFOX },
    'document',
  ],
  [
    'a form through a service worker',
    'POST',
    { ...FORM, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'empty', accept: CHROMIUM },
    undefined,
  ],
  [
    'a worker that fetches the URL alone',
    'GET',
    { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', accept: '*/*' },
    undefined,
  ],
  [
    'a script that fetches HTML',
    'GET',
    { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', accept: FIREFOX },
    undefined,
  ],
  [
    'a script that fetches HTML of its own origin and says so',
    'GET',
    {
      'sec-fetch-mode': 'same-origin',
      'sec-fetch-dest': 'empty',
      accept: 'text/html',
      'x-requested-with': 'XMLHttpRequest',
    },
    undefined,
  ],
  [
    'a script that fetches JSON of its own origin',
    'GET',
    {
      'sec-fetch-mode': 'same-origin',
      'sec-fetch-dest': 'empty',
      accept: 'application/json, text/html',
    },
    undefined,
  ],
  [
    'a download of Chromium',
    'GET',
    { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'empty' },
    undefined,
  ],
  [
    'a download that accepts anything',
    'GET',
    { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'empty', accept: '*/*' },
    undefined,
  ],

  [
    'a prefetch by speculation rules',
    'GET',
    { ...NAVIGATE, accept: CHROMIUM, 'sec-purpose': 'prefetch' },
    undefined,
  ],
  [
    'a prerendered page',
    'GET',
    { ...NAVIGATE, accept: CHROMIUM, 'sec-purpose': 'prefetch;prerender' },
    undefined,
  ],
  [
    'a prefetch by a link over plain HTTP',
    'GET',
    { accept: CHROMIUM, 'sec-purpose': 'prefetch' },
    undefined,
  ],

  [
    'a picture',
    'GET',
    { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', accept: 'image/*' },
    undefined,
  ],
  [
    'a style',
    'GET',
    { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'style', accept: 'text/css' },
    undefined,
  ],
  [
    'a beacon',
    'POST',
    { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty', accept: '*/*' },
    undefined,
  ],
  [
    'a WebSocket of Firefox',
    'GET',
    { 'sec-fetch-mode': 'websocket', 'sec-fetch-dest': 'empty', upgrade: 'websocket' },
    undefined,
  ],
  [
    'a mode without a destination',
    'GET',
    { 'sec-fetch-mode': 'navigate', accept: CHROMIUM },
    undefined,
  ],
  [
    'a destination without a mode',
    'GET',
    { 'sec-fetch-dest': 'document', accept: CHROMIUM },
    undefined,
  ],
  [
    'an empty destination without a mode',
    'GET',
    { 'sec-fetch-dest': 'empty', accept: CHROMIUM },
    undefined,
  ],

  ['a browser over plain HTTP', 'GET', { accept: CHROMIUM }, 'document'],
  ['the head of one', 'HEAD', { accept: 'Text/HTML; charset=utf-8' }, 'document'],
  ['lynx', 'GET', { accept: 'text/html, text/plain, text/sgml, text/css, */*;q=0.01' }, 'document'],
  ['a form over plain HTTP', 'POST', { ...FORM, accept: CHROMIUM }, 'document'],
  [
    'a form with a file',
    'POST',
    { 'content-type': 'multipart/form-data; boundary=x', accept: CHROMIUM },
    'document',
  ],
  ['a form as text', 'POST', { 'content-type': 'Text/Plain', accept: FIREFOX }, 'document'],
  ['a form without a body', 'POST', { accept: CHROMIUM }, undefined],
  [
    'JSON that accepts HTML',
    'POST',
    { 'content-type': 'application/json', accept: CHROMIUM },
    undefined,
  ],
  ['a form by another method', 'PUT', { ...FORM, accept: CHROMIUM }, undefined],
  ['a method in the wrong case', 'get', { accept: CHROMIUM }, undefined],
  ['an upgrade', 'GET', { accept: CHROMIUM, upgrade: 'websocket' }, undefined],
  [
    'an Android WebView',
    'GET',
    { accept: CHROMIUM, 'x-requested-with': 'com.example.App_2' },
    'document',
  ],
  [
    'a form in an Android WebView',
    'POST',
    { ...FORM, accept: CHROMIUM, 'x-requested-with': 'org.example.shop' },
    'document',
  ],
  [
    'jQuery that wants HTML',
    'GET',
    { accept: 'text/html, */*; q=0.01', 'x-requested-with': 'XMLHttpRequest' },
    undefined,
  ],
  ['htmx over plain HTTP', 'GET', { accept: 'text/html', 'x-requested-with': 'fetch' }, undefined],
  ['an empty sender', 'GET', { accept: 'text/html', 'x-requested-with': '' }, undefined],
  ['curl', 'GET', { accept: '*/*' }, undefined],
  ['a client that wants JSON', 'GET', { accept: 'application/json' }, undefined],
  ['a client that takes HTML, too', 'GET', { accept: 'application/json, text/html' }, undefined],
  ['a client that refuses HTML', 'GET', { accept: 'text/html;q=0, application/json' }, undefined],
  ['a client that refuses HTML at length', 'GET', { accept: 'text/html ; Q=0.000' }, undefined],
  ['a client that likes HTML least', 'GET', { accept: 'text/html;q=0.001, a/b' }, 'document'],
  ['a type that only starts like HTML', 'GET', { accept: 'text/html5' }, undefined],
  ['a client without any header', 'GET', {}, undefined],
];

describe('what a request is shown as', () => {
  for (const [says, method, headers, shows] of CLIENTS) {
    it(`is ${shows ?? 'nothing'} for ${says} by ${method}`, () => {
      const facts = factsOf({ method, headers });
      expect(navigationOf(facts)).to.equal(shows);
      expect(isNavigation(facts)).to.equal(shows !== undefined);
    });
  }

  it('is nothing where two lines contradict each other', () => {
    const headers = [
      { name: 'sec-fetch-mode', value: 'navigate' },
      { name: 'sec-fetch-mode', value: 'cors' },
      { name: 'sec-fetch-dest', value: 'document' },
    ];
    expect(navigationOf(factsOf({ headers }))).to.equal(undefined);
  });
});
