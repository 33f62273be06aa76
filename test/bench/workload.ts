// The measured traffic: one policy file, and requests as a browser sends them through an edge proxy.

import { createHash } from 'node:crypto';
import { encodeCheckRequest } from '../support/requests/check-request.ts';
import type { CheckRequestParts } from '../support/requests/check-request.ts';

export const COOKIE_NAME = '__Host-sid';
export const POLICIES = 50;

/** The credential of the session with this number. */
export function credentialOf(session: number): string {
  return createHash('sha256').update(`bench session ${session}`).digest('hex').slice(0, 32);
}

/** CheckRequest bytes, about 1.2 KB with 23 headers, for the last policy. */
export function checkRequestOf(session: number, form: 'raw' | 'map'): Buffer {
  return encodeCheckRequest(partsOf(session, form));
}

export function partsOf(session: number, form: 'raw' | 'map'): CheckRequestParts {
  const headers = headersOf(session);
  return {
    host: 'app.example.com',
    path: '/orders/2024/117/lines?page=2&sort=-created',
    ...(form === 'raw' ? { rawHeaders: headers } : { headers: Object.fromEntries(headers) }),
  };
}

// With the four pseudo-headers these are 23.
function headersOf(session: number): readonly (readonly [string, string])[] {
  const cookie = `theme=dark; _ga=GA1.2.1047361852.1718093021; ${COOKIE_NAME}=${credentialOf(session)}; lang=en`;
  return [
    [
      'user-agent',
      'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    ],
    ['accept', 'application/json, text/plain, */*'],
    ['accept-encoding', 'gzip, deflate, br, zstd'],
    ['accept-language', 'en-GB,en;q=0.9,de;q=0.8'],
    ['cache-control', 'no-cache'],
    ['cookie', cookie],
    ['origin', 'https://app.example.com'],
    ['priority', 'u=1, i'],
    ['referer', 'https://app.example.com/orders/2024'],
    ['sec-ch-ua', '"Chromium";v="126", "Not.A/Brand";v="8"'],
    ['sec-ch-ua-mobile', '?0'],
    ['sec-ch-ua-platform', '"Linux"'],
    ['sec-fetch-dest', 'empty'],
    ['sec-fetch-mode', 'cors'],
    ['sec-fetch-site', 'same-origin'],
    ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['x-forwarded-for', '203.0.113.24'],
    ['x-forwarded-proto', 'https'],
    ['x-request-id', '7f0c2f3e-2b0e-4f7a-9a55-0d0a6f1f6d3b'],
  ];
}

export interface PolicyChanges {
  readonly touchInterval?: string;
  readonly idle?: string;
  /** Of the policy that judges the load; the default by default. */
  readonly maxStaleness?: string;
}

/** A policy file of 50 policies, of all kinds of matchers. */
export function benchPolicy({
  touchInterval,
  idle = '30m',
  maxStaleness,
}: PolicyChanges = {}): string {
  const numbers = Array.from({ length: POLICIES - 1 }, (_, place) => place + 1);
  return `version: 1
openings: { per_second: 1000000, burst: 1000000 }
sources:
  - name: web
    cookie: { name: ${COOKIE_NAME}, path: / }
    opening: first-use
    credential_lifetime: 30d
${touchInterval === undefined ? '' : `    touch_interval: ${touchInterval}\n`}policies:
${numbers.map(policyOf).join('')}  - name: default
    idle: ${idle}
    absolute: 12h
${maxStaleness === undefined ? '' : `    max_staleness: ${maxStaleness}\n`}`;
}

function policyOf(number: number): string {
  const name = `area-${String(number).padStart(2, '0')}`;
  const matchers = [
    `{ path: /${name}/** }`,
    `{ host: ${name}.example.com }`,
    `{ path: /api/${name}/*/items/**, methods: [POST, PUT, DELETE] }`,
    `{ path: /${name}/**, methods: [GET, HEAD] }, { host: '*.${name}.example.com' }`,
    `{ context: { area: ${name} } }`,
  ];
  return `  - name: ${name}
    match: [${matchers[number % matchers.length]}]
    idle: ${5 + (number % 20)}m
    absolute: ${1 + (number % 11)}h
    passive: [{ path: /${name}/status/** }]
`;
}
