import { expect } from 'chai';
import type { AllowReply } from '../../../../src/authz/check-call.ts';
import { UnsafeReply } from '../../../../src/transport/codec/codec-fault.ts';
import { encodeAllow } from '../../../../src/transport/codec/encode-allow.ts';
import { curfewMetadata, decodeCheckResponse } from '../../../support/requests/check-request.ts';
import { allowReply, denyReply, noReply } from '../../../support/requests/reply.ts';

const bytesOf = (reply: AllowReply) => Buffer.from(encodeAllow(reply), 'latin1');
const encoded = (parts: Partial<AllowReply>) => decodeCheckResponse(bytesOf(allowReply(parts)));

describe('encode-allow', () => {
  it('writes a status with code 0, and an ok_response', () => {
    const bytes = bytesOf(allowReply());
    expect(bytes.subarray(0, 4).toString('hex')).to.equal('0a020800');
    expect(decodeCheckResponse(bytes)).to.deep.include({ status: { code: 0 }, ok_response: {} });
  });

  it('sets request headers without `append` and action, so that they replace', () => {
    const { ok_response: ok } = encoded({ requestHeaders: [['session-lifetime', 'idle=5']] });
    expect(ok?.headers).to.deep.equal([{ header: { key: 'session-lifetime', value: 'idle=5' } }]);
  });

  it('sets response headers with an action, because without one Envoy 1.31 and later appends', () => {
    const { ok_response: ok } = encoded({ responseHeaders: [['session-lifetime', 'idle=5']] });
    expect(ok?.response_headers_to_add).to.deep.equal([
      { header: { key: 'session-lifetime', value: 'idle=5' }, append_action: 2 },
    ]);
  });

  it('adds cookies to those of the application', () => {
    const { ok_response: ok } = encoded({ responseHeaders: [['set-cookie', 'a=1']] });
    expect(ok?.response_headers_to_add).to.deep.equal([
      { header: { key: 'set-cookie', value: 'a=1' }, append: { value: true } },
    ]);
  });

  it('adds names to those that the application exposes', () => {
    const name = 'access-control-expose-headers';
    const { ok_response: ok } = encoded({ responseHeaders: [[name, 'session-lifetime']] });
    expect(ok?.response_headers_to_add).to.deep.equal([
      { header: { key: name, value: 'session-lifetime' }, append: { value: true } },
    ]);
  });

  it('lists the headers to remove', () => {
    const { ok_response: ok } = encoded({ requestHeadersToRemove: ['session-lifetime', 'x_y'] });
    expect(ok?.headers_to_remove).to.deep.equal(['session-lifetime', 'x_y']);
  });

  it('puts the metadata under one key, with numbers as numbers and without undefined members', () => {
    const metadata = { ...allowReply().metadata, idle_remaining_s: 0, absolute_remaining_s: 1e12 };
    const response = encoded({ metadata: { ...metadata, source: undefined } });
    expect(Object.keys(response.dynamic_metadata?.fields ?? {})).to.deep.equal(['curfew']);
    expect(curfewMetadata(response)).to.deep.equal({
      verdict: 'allow',
      reason: 'ok',
      policy: 'default',
      mode: 'enforce',
      session: 'f00d',
      idle_remaining_s: 0,
      absolute_remaining_s: 1e12,
    });
  });

  const UNSAFE: Readonly<Record<string, Partial<AllowReply>>> = {
    'CR LF in a request header': { requestHeaders: [['x', 'a\r\nx-evil: 1']] },
    'LF in a response header': { responseHeaders: [['x', 'a\nb']] },
    'NUL in a value': { requestHeaders: [['x', 'a\0']] },
    'a tab in a value': { requestHeaders: [['x', 'a\tb']] },
    'DEL in a value': { requestHeaders: [['x', 'a\x7f']] },
    'a value outside ASCII': { requestHeaders: [['x', 'ü']] },
    'CR LF in a name': { requestHeaders: [['x\r\ny', 'a']] },
    'an empty name': { requestHeaders: [['', 'a']] },
    'a name with a colon': { requestHeaders: [['x:y', 'a']] },
    'a pseudo header': { requestHeaders: [[':path', '/admin']] },
    'a name in capitals': { requestHeaders: [['X-User', 'a']] },
    'a control character in a name to remove': { requestHeadersToRemove: ['x\n'] },
    'a pseudo header to remove': { requestHeadersToRemove: [':path'] },
    'a header both set and removed': {
      requestHeaders: [['x', 'a']],
      requestHeadersToRemove: ['x'],
    },
  };
  for (const [fault, parts] of Object.entries(UNSAFE)) {
    it(`refuses ${fault}`, () => {
      expect(() => encodeAllow(allowReply(parts))).to.throw(UnsafeReply);
    });
  }

  for (const reply of [denyReply(), noReply(), {}, { kind: 'Allow' }]) {
    it(`refuses a reply that is not an allow: ${JSON.stringify(reply).slice(0, 30)}`, () => {
      expect(() => encodeAllow(reply as AllowReply)).to.throw(UnsafeReply);
    });
  }
});
