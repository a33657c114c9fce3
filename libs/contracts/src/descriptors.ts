/**
 * The descriptors of every file under `proto/` and what it imports, for gRPC reflection. Each file keeps
 * the exact bytes that buf made: clients compare them, so they are never encoded again.
 */
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { DESCRIPTOR_SET_BASE64 } from './gen/descriptors.js';
import {
  FileDescriptorProto,
  type DescriptorProto,
  type ServiceDescriptorProto,
} from './gen/google/protobuf/descriptor.js';

/** One file of the contract. */
export interface DescriptorFile {
  /** Its name, `trimtab/oracle/v1/price.proto`. */
  readonly name: string;
  /** The names of the files that it imports. */
  readonly dependencies: readonly string[];
  /** Full names that it declares: messages, enums, services, methods and fields of messages. */
  readonly symbols: readonly string[];
  /** Full names of its services. */
  readonly services: readonly string[];
  /** The extensions that it declares. */
  readonly extensions: readonly DescriptorExtension[];
  /** The encoded FileDescriptorProto. */
  readonly bytes: Uint8Array;
}

/** An extension of a message. */
export interface DescriptorExtension {
  /** Full name of the extended message. */
  readonly extendee: string;
  readonly number: number;
}

/** The encoded FileDescriptorSet. */
export const DESCRIPTOR_SET: Uint8Array = Buffer.from(DESCRIPTOR_SET_BASE64, 'base64');

/** Every file; a file comes after those that it imports. */
export const DESCRIPTOR_FILES: readonly DescriptorFile[] = filesOf(DESCRIPTOR_SET);

/** The bytes of each `file` (field 1) of a FileDescriptorSet, read. */
function filesOf(set: Uint8Array): readonly DescriptorFile[] {
  const reader = new BinaryReader(set);
  const files: DescriptorFile[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) files.push(fileOf(reader.bytes()));
    else reader.skip(wireType);
  }
  return files;
}

/** One file from its bytes. */
function fileOf(bytes: Uint8Array): DescriptorFile {
  const file = FileDescriptorProto.decode(bytes);
  const scope = file.package ?? '';
  return {
    name: file.name ?? '',
    dependencies: file.dependency,
    symbols: [
      ...file.messageType.flatMap((message) => symbolsOfMessage(scope, message)),
      ...file.enumType.map((type) => nameIn(scope, type.name)),
      ...file.service.flatMap((service) => symbolsOfService(scope, service)),
      ...file.extension.map((extension) => nameIn(scope, extension.name)),
    ],
    services: file.service.map((service) => nameIn(scope, service.name)),
    extensions: file.extension.map(({ extendee, number }) => ({
      extendee: (extendee ?? '').replace(/^\./, ''),
      number: number ?? 0,
    })),
    bytes,
  };
}

/** A message, its fields and oneofs, and everything nested in it. */
function symbolsOfMessage(scope: string, message: DescriptorProto): readonly string[] {
  const name = nameIn(scope, message.name);
  return [
    name,
    ...message.field.map((field) => nameIn(name, field.name)),
    ...message.oneofDecl.map((oneof) => nameIn(name, oneof.name)),
    ...message.enumType.map((type) => nameIn(name, type.name)),
    ...message.nestedType.flatMap((nested) => symbolsOfMessage(name, nested)),
  ];
}

/** A service and its methods. */
function symbolsOfService(scope: string, service: ServiceDescriptorProto): readonly string[] {
  const name = nameIn(scope, service.name);
  return [name, ...service.method.map((method) => nameIn(name, method.name))];
}

/** A full name. */
function nameIn(scope: string, name: string | undefined): string {
  return scope === '' ? (name ?? '') : `${scope}.${name ?? ''}`;
}
