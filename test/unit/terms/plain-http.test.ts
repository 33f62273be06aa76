import { expect } from 'chai';
import { isPlainHttp } from '../../../src/terms/plain-http.ts';

describe('isPlainHttp', () => {
  const overTheNetwork = [
    'http://idp.example.com/keys',
    'http://10.0.0.1/keys',
    'http://128.0.0.1/keys',
    'http://127.0.0.1.example.com/keys',
    'http://localhost.example.com/keys',
    'http://[::2]/keys',
    'http://0.0.0.0/keys',
  ];
  for (const url of overTheNetwork) {
    it(`is true for ${url}`, () => expect(isPlainHttp(new URL(url))).to.equal(true));
  }

  const others = [
    'https://idp.example.com/keys',
    'http://localhost/keys',
    'http://LOCALHOST:8080/keys',
    'http://127.0.0.1/keys',
    'http://127.255.255.254/keys',
    'http://[::1]:8080/keys',
  ];
  for (const url of others) {
    it(`is false for ${url}`, () => expect(isPlainHttp(new URL(url))).to.equal(false));
  }
});
