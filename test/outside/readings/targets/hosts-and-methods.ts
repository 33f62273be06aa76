import type { RawRequest } from '../raw-exchange.ts';

/** Spellings of the Host header. */
export const HOSTS: readonly string[] = [
  'app.example.com',
  'APP.EXAMPLE.COM',
  'app.Example.com',
  'app.example.com:80',
  'app.example.com:8443',
  'APP.example.com:8443',
  'app.example.com:',
  'app.example.com:x',
  'app.example.com:99999',
  'app.example.com:80:90',
  'app.example.com.',
  'app.example.com.:443',
  'app.example.com..',
  '.app.example.com',
  'user@app.example.com',
  'user:secret@app.example.com:80',
  'other.example.com,app.example.com',
  'app.example.com,other.example.com',
  'app.example.com, other.example.com',
  'app.example.com/x',
  'app.example.com#x',
  'app.example.com?x',
  'app.example.com;x',
  'app%2eexample.com',
  'app.example.com%00',
  'app_x.example.com',
  '[::1]',
  '[::1]:443',
];

const target = Buffer.from('/request');

/** Requests whose method some application reads in another way, by how a table names them. */
export const METHODS: ReadonlyMap<string, RawRequest> = new Map([
  ...['GET', 'HEAD', 'POST', 'PUT', 'get', 'Get', 'post', 'Post', 'pOST', 'PURGE'].map(
    (method): [string, RawRequest] => [method, { method, target, ...emptyFormOf(method) }],
  ),
  ...['GET', 'POST'].flatMap((method) => [
    ...['x-http-method-override', 'x-http-method', 'x-method-override'].flatMap((name) =>
      ['DELETE', 'delete'].map((value): [string, RawRequest] => [
        `${method} ${name}=${value}`,
        { method, target, headers: [`${name}: ${value}`], ...emptyFormOf(method) },
      ]),
    ),
    [
      `${method} ?_method=DELETE`,
      { method, target: Buffer.from('/request?_method=DELETE'), ...emptyFormOf(method) },
    ] as [string, RawRequest],
  ]),
  ...['DELETE', 'delete', 'GET'].map((value): [string, RawRequest] => [
    `POST body:_method=${value}`,
    { method: 'POST', target, form: `_method=${value}` },
  ]),
  [
    'POST x_http_method_override=DELETE',
    {
      method: 'POST',
      target,
      headers: ['X_HTTP_Method_Override: DELETE'],
      form: '',
    },
  ],
]);

/** A method that has a body is sent with an empty one. */
function emptyFormOf(method: string): { form: string } | Record<string, never> {
  return /^p/i.test(method) ? { form: '' } : {};
}
