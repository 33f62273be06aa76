import { expect } from 'chai';
import {
  officialDefinitions,
  ourDefinitions,
  protoFiles,
  wireFacts,
} from '../../../support/protobuf/wire-definitions.ts';

describe('our wire definitions', () => {
  const official = wireFacts(officialDefinitions);
  // The definitions that come with protobufjs are the same on both sides.
  const own = Object.entries(ourDefinitions).filter(
    ([name]) => !name.startsWith('google.protobuf.'),
  );
  const ours = wireFacts(Object.fromEntries(own));

  it('are files with the official paths', () => {
    expect(protoFiles).to.deep.equal([
      'envoy/config/core/v3/base.proto',
      'envoy/service/auth/v3/attribute_context.proto',
      'envoy/service/auth/v3/external_auth.proto',
      'envoy/type/v3/http_status.proto',
      'google/rpc/status.proto',
    ]);
  });

  for (const [name, definition] of own) {
    it(`agree with the official ${name} in names, numbers, types and labels`, () => {
      expect(official).to.include.members([...wireFacts({ [name]: definition })]);
    });
  }

  it('declare everything that a check needs', () => {
    expect(ours.map((fact) => fact.split(' ')[0])).to.include.members([
      '/envoy.service.auth.v3.Authorization/Check',
      'envoy.service.auth.v3.CheckResponse.status',
      'envoy.service.auth.v3.CheckResponse.ok_response',
      'envoy.service.auth.v3.AttributeContext.HttpRequest.header_map',
      'envoy.config.core.v3.HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD',
      'envoy.type.v3.StatusCode.SeeOther',
      'google.rpc.Status.code',
    ]);
  });
});
