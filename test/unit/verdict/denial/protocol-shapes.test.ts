import { expect } from 'chai';
import { buildDeny } from '../../../../src/verdict/denial/build-deny.ts';
import { CLIENT_WORDS } from '../../../../src/verdict/denial/client-words.ts';
import { REASONS, type DenyReason } from '../../../../src/verdict/reason.ts';
import {
  DENY_REASONS,
  type Headers,
  judgedOf,
  valuesOf,
} from '../../../support/requests/judged-request.ts';

const MCP: Headers = { 'mcp-protocol-version': '2025-11-25' };

function denied(
  method: string,
  headers: Headers,
  reason: DenyReason,
): ReturnType<typeof buildDeny> {
  const policy = { corsOrigins: new Set(['https://shop.test']) };
  const facts = { method, headers: { ...headers, origin: 'https://shop.test' } };
  return buildDeny(judgedOf({ facts, policy }), reason);
}

for (const reason of DENY_REASONS) {
  const { clientReason } = REASONS[reason];
  const { detail } = CLIENT_WORDS[clientReason];

  describe(`a denial for ${reason}`, () => {
    it('says the sentence to gRPC: Envoy makes a message of the body', () => {
      const reply = denied('POST', { 'content-type': 'application/grpc' }, reason);
      expect(reply.body).to.equal(detail);
      expect(valuesOf(reply.headers, 'content-type')).to.deep.equal([]);
      expect(valuesOf(reply.headers, 'access-control-expose-headers')).to.deep.equal([
        'www-authenticate, grpc-status, grpc-message',
      ]);
    });

    it('says the sentence to gRPC-Web, in headers that its pages may read', () => {
      const reply = denied('POST', { 'content-type': 'application/grpc-web+proto' }, reason);
      expect(reply.body).to.equal('');
      expect(valuesOf(reply.headers, 'grpc-status')).to.deep.equal(['16']);
      expect(valuesOf(reply.headers, 'grpc-message')).to.deep.equal([detail]);
      expect(valuesOf(reply.headers, 'access-control-expose-headers')).to.deep.equal([
        'www-authenticate, grpc-status, grpc-message',
      ]);
    });

    it('is an error of Connect with the sentence', () => {
      const reply = denied('POST', { 'content-type': 'application/connect+json' }, reason);
      expect(JSON.parse(reply.body)).to.deep.equal({ code: 'unauthenticated', message: detail });
    });

    it('is an error of JSON-RPC to MCP, for calls and event streams', () => {
      const call = denied('POST', { accept: 'text/event-stream', ...MCP }, reason);
      expect(call.httpStatus).to.equal(401);
      expect(JSON.parse(call.body)).to.deep.equal({
        jsonrpc: '2.0',
        id: null,
        error: { code: -32_001, message: detail, data: { reason: clientReason } },
      });
      const stream = denied('GET', { accept: 'text/event-stream', ...MCP }, reason);
      expect(stream.httpStatus).to.equal(404);
      expect(stream.body).to.equal(call.body);
    });
  });
}

describe('DELETE by MCP', () => {
  const ended: readonly DenyReason[] = [
    'subject_locked',
    'session_limit',
    'idle_timeout',
    'absolute_timeout',
    'revoked',
    'signed_out',
  ];

  it('is no error if the session has ended', () => {
    for (const reason of ended) {
      const reply = denied('DELETE', MCP, reason);
      expect(reply.httpStatus).to.equal(204);
      expect(reply.body).to.equal('');
      expect(valuesOf(reply.headers, 'cache-control')).to.deep.equal(['no-store']);
      expect(valuesOf(reply.headers, 'content-type')).to.deep.equal([]);
    }
  });

  it('is refused otherwise, and by other clients always', () => {
    for (const reason of DENY_REASONS) {
      if (!ended.includes(reason)) expect(denied('DELETE', MCP, reason).httpStatus).to.equal(401);
      expect(denied('DELETE', {}, reason).httpStatus).to.equal(401);
    }
  });
});
