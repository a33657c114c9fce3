import { DESCRIPTOR_FILES } from '@trimtab/contracts/descriptors';
import {
  FieldDescriptorProto_Type as Type,
  FileDescriptorProto,
  type DescriptorProto,
  type FieldDescriptorProto,
} from '@trimtab/contracts/gen/google/protobuf/descriptor';

/** A request with a secret in one of its fields. */
export interface CanaryRequest {
  /** Path of the field: `intent.allocation.policy_id`. */
  readonly field: string;
  readonly body: Uint8Array;
}

const MAX_DEPTH = 5;
const LENGTH_DELIMITED = 2;

/** Requests of a message type, each with the secret in another of its texts, found by the contract. */
export function canaryRequests(typeName: string, secret: string): readonly CanaryRequest[] {
  const types = messageTypes();
  const requests: CanaryRequest[] = [];
  const walk = (type: DescriptorProto | undefined, path: readonly FieldDescriptorProto[]): void => {
    if (type === undefined || path.length >= MAX_DEPTH) return;
    for (const field of type.field) {
      const inside = [...path, field];
      if (field.type === Type.TYPE_STRING) {
        const field = inside.map(({ name }) => name ?? '').join('.');
        requests.push({ field, body: nested(inside, Buffer.from(secret)) });
      }
      if (field.type === Type.TYPE_MESSAGE) walk(types.get(field.typeName ?? ''), inside);
    }
  };
  walk(types.get(`.${typeName}`), []);
  return requests;
}

/** The request types of the methods of a service, by the path of the method. */
export function requestTypes(): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const file of files()) {
    for (const service of file.service) {
      for (const { name, inputType } of service.method) {
        const path = `/${file.package ?? ''}.${service.name ?? ''}/${name ?? ''}`;
        types.set(path, (inputType ?? '').slice(1));
      }
    }
  }
  return types;
}

function messageTypes(): ReadonlyMap<string, DescriptorProto> {
  const types = new Map<string, DescriptorProto>();
  const add = (prefix: string, message: DescriptorProto): void => {
    const name = `${prefix}.${message.name ?? ''}`;
    types.set(name, message);
    for (const inner of message.nestedType) add(name, inner);
  };
  for (const file of files()) {
    for (const message of file.messageType) add(`.${file.package ?? ''}`, message);
  }
  return types;
}

function files(): readonly FileDescriptorProto[] {
  return DESCRIPTOR_FILES.map(({ bytes }) => FileDescriptorProto.decode(bytes));
}

/** The value in the innermost of the fields, in the wire format. */
function nested(path: readonly FieldDescriptorProto[], value: Buffer): Buffer {
  return path.reduceRight((inner, { number }) => {
    const tag = varint(((number ?? 0) << 3) | LENGTH_DELIMITED);
    return Buffer.concat([tag, varint(inner.length), inner]);
  }, value);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}
