// The two sets of definitions: ours in proto/, and the official ones that ship with @grpc/grpc-js-xds.

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  loadSync,
  type AnyDefinition,
  type MessageTypeDefinition,
  type PackageDefinition,
} from '@grpc/proto-loader';

const OUR_FOLDER = fileURLToPath(new URL('../../../proto', import.meta.url));
const OFFICIAL_FOLDER = join(
  dirname(fileURLToPath(import.meta.resolve('@grpc/grpc-js-xds/package.json'))),
  'deps',
);

/** Paths of our files, which equal those of the official ones. */
export const protoFiles: readonly string[] = readdirSync(OUR_FOLDER, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith('.proto'))
  .toSorted();

const options = { keepCase: true, longs: Number, enums: Number, oneofs: false };

export const ourDefinitions: PackageDefinition = loadSync([...protoFiles], {
  ...options,
  includeDirs: [OUR_FOLDER],
});

export const officialDefinitions: PackageDefinition = loadSync([...protoFiles], {
  ...options,
  includeDirs: ['envoy-api', 'googleapis', 'protoc-gen-validate', 'xds'].map((folder) =>
    join(OFFICIAL_FOLDER, folder),
  ),
});

/** Ours, in which the metadata of filters are bytes: a part that is not read cannot be invalid. */
export function definitionsWithoutStructs(): PackageDefinition {
  const folder = mkdtempSync(join(tmpdir(), 'curfew-proto-'));
  try {
    cpSync(OUR_FOLDER, folder, { recursive: true });
    const file = join(folder, 'envoy/config/core/v3/base.proto');
    const text = readFileSync(file, 'utf8');
    const changed = text.replace('map<string, google.protobuf.Struct>', 'map<string, bytes>');
    if (changed === text) throw new Error('the metadata of filters is declared differently now');
    writeFileSync(file, changed);
    return loadSync([...protoFiles], { ...options, includeDirs: [folder] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type MessageCodec = Pick<MessageTypeDefinition<object, object>, 'serialize' | 'deserialize'>;

/** Reads and writes one message by its full name. */
export function codec(definitions: PackageDefinition, name: string): MessageCodec {
  const definition = definitions[name];
  if (definition === undefined || !('serialize' in definition)) throw new Error(`no ${name}`);
  return definition as MessageTypeDefinition<object, object>;
}

/** The facts about the wire in a definition, one line each: `CheckRequest.attributes = 1 optional message`. */
export function wireFacts(definitions: PackageDefinition): readonly string[] {
  return Object.entries(definitions).flatMap(([name, definition]) => {
    if (!('format' in definition)) {
      return Object.values(definition).map(
        (method) => `${method.path} ${method.requestStream}/${method.responseStream}`,
      );
    }
    return isMessage(definition)
      ? messageFacts(name, definition.type as MessageDescriptor)
      : enumFacts(name, definition.type as EnumDescriptor);
  });
}

interface MessageDescriptor {
  readonly field: readonly FieldDescriptor[];
  readonly nestedType: readonly (MessageDescriptor & { readonly name: string })[];
  readonly enumType: readonly (EnumDescriptor & { readonly name: string })[];
}

interface FieldDescriptor {
  readonly name: string;
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}

interface EnumDescriptor {
  readonly value: readonly { readonly name: string; readonly number: number }[];
}

function messageFacts(name: string, message: MessageDescriptor): readonly string[] {
  return [
    // Only the end of a type's name, because the files differ in how fully they spell it.
    ...message.field.map(
      (field) =>
        `${name}.${field.name} = ${field.number} ${field.label} ${field.type} ${field.typeName.split('.').at(-1)}`,
    ),
    ...message.nestedType.flatMap((nested) => messageFacts(`${name}.${nested.name}`, nested)),
    ...message.enumType.flatMap((nested) => enumFacts(`${name}.${nested.name}`, nested)),
  ];
}

function enumFacts(name: string, { value }: EnumDescriptor): readonly string[] {
  return value.map((member) => `${name}.${member.name} = ${member.number}`);
}

function isMessage(definition: AnyDefinition): definition is MessageTypeDefinition<object, object> {
  return 'serialize' in definition;
}
