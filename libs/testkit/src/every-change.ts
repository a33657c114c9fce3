import { DESCRIPTOR_FILES } from '@trimtab/contracts/descriptors';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProto,
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
} from '@trimtab/contracts/gen/google/protobuf/descriptor';

/** A message with one of its fields changed. */
export interface Change<T> {
  /** Its path in the contract: `targets[0].weight_bps`. */
  readonly field: string;
  readonly changed: T;
}

/** How a sample may fall short of the contract. */
export interface SampleGaps {
  /** Paths of messages and lists that the sample leaves out: they are changed as a whole only. */
  readonly absent?: readonly string[];
}

const TIME = '.google.protobuf.Timestamp';

/**
 * Every way to change one field of a message, found by walking the contract and not the sample, so
 * that a field that is new in the contract is changed too: each scalar takes another value, each list
 * loses its first entry, each message is left out. Entries other than the first are left alone.
 *
 * @throws Error when the sample has no value at a message or a list that is not in `absent`
 */
export function everyChange<T extends object>(
  typeName: string,
  sample: T,
  { absent = [] }: SampleGaps = {},
): readonly Change<T>[] {
  const changes: Change<T>[] = [];
  const note = (field: string, apply: (copy: T) => void): void => {
    const changed = structuredClone(sample);
    apply(changed);
    changes.push({ field, changed });
  };
  walk({
    message: messageOf(`.${typeName}`),
    prefix: '',
    value: sample,
    find: (copy) => copy,
    note: (field, apply) => note(field, (copy) => apply(copy)),
    absent: new Set(absent),
  });
  return changes;
}

interface Place {
  readonly message: DescriptorProto;
  readonly prefix: string;
  /** The message of the sample at this place. */
  readonly value: object;
  /** The same place in a copy. */
  readonly find: (copy: object) => object;
  readonly note: (field: string, apply: (copy: object) => void) => void;
  readonly absent: ReadonlySet<string>;
}

function walk(place: Place): void {
  for (const field of place.message.field) walkField(place, field);
}

function walkField(place: Place, field: FieldDescriptorProto): void {
  const { prefix, find, note, absent } = place;
  const path = `${prefix}${field.name ?? ''}`;
  const slot = slotOf(place.message, field, place.value);
  const current = slot.get(place.value);
  const set = (value: unknown): void => note(path, (copy) => slot.set(find(copy), value));
  if (field.label === Label.LABEL_REPEATED) {
    const items: readonly unknown[] = Array.isArray(current) ? current : [];
    if (items.length === 0 && !absent.has(path)) throw missing(path);
    if (items.length === 0) return;
    set(items.slice(1));
    walkValue(place, field, {
      path: `${path}[0]`,
      value: items[0],
      find: (copy) => asObject(slot.get(find(copy)), path),
      key: 0,
    });
    return;
  }
  if (field.type !== Type.TYPE_MESSAGE || field.typeName === TIME) {
    set(otherValue(field, current));
    return;
  }
  if (current === undefined) {
    if (!absent.has(path)) throw missing(path);
    set(emptyOf(messageOf(field.typeName ?? '')));
    return;
  }
  set(undefined);
  walk({
    ...place,
    message: messageOf(field.typeName ?? ''),
    prefix: `${path}.`,
    value: asObject(current, path),
    find: (copy) => asObject(slot.get(find(copy)), path),
  });
}

/** The first entry of a list. */
function walkValue(
  place: Place,
  field: FieldDescriptorProto,
  entry: {
    readonly path: string;
    readonly value: unknown;
    readonly find: (copy: object) => object;
    readonly key: number;
  },
): void {
  const { path, value, find, key } = entry;
  if (field.type !== Type.TYPE_MESSAGE) {
    const other = otherValue(field, value);
    place.note(path, (copy) => Reflect.set(find(copy), key, other));
    return;
  }
  walk({
    ...place,
    message: messageOf(field.typeName ?? ''),
    prefix: `${path}.`,
    value: asObject(value, path),
    find: (copy) => asObject(Reflect.get(find(copy), key), path),
  });
}

/**
 * Where generated code keeps a field: under its own name, which every message has from the start, or
 * in the union of its oneof.
 */
function slotOf(message: DescriptorProto, field: FieldDescriptorProto, holder: object) {
  const key = field.jsonName ?? '';
  const oneof = message.oneofDecl[field.oneofIndex ?? 0];
  if (Reflect.has(holder, key) || oneof === undefined) {
    return {
      get: (at: object): unknown => Reflect.get(at, key),
      set: (at: object, value: unknown) => Reflect.set(at, key, value),
    };
  }
  const union = camelCase(oneof.name ?? '');
  return {
    get: (at: object): unknown => {
      const chosen: unknown = Reflect.get(at, union);
      if (typeof chosen !== 'object' || chosen === null) return undefined;
      return Reflect.get(chosen, '$case') === key ? Reflect.get(chosen, 'value') : undefined;
    },
    set: (at: object, value: unknown) =>
      Reflect.set(at, union, value === undefined ? undefined : { $case: key, value }),
  };
}

/** Another value of the same type that differs in the least. */
function otherValue(field: FieldDescriptorProto, value: unknown): unknown {
  switch (field.type) {
    case Type.TYPE_BOOL:
      return value !== true;
    case Type.TYPE_INT32:
      return typeof value === 'number' ? value + 1 : 1;
    case Type.TYPE_INT64:
      return typeof value === 'bigint' ? value + 1n : 1n;
    case Type.TYPE_ENUM:
      return otherWord(field.typeName ?? '', value);
    case Type.TYPE_MESSAGE:
      return value instanceof Date ? new Date(value.getTime() + 1) : new Date(1);
    case Type.TYPE_STRING:
      return otherText(typeof value === 'string' ? value : '');
    default:
      throw new Error(`${field.name ?? ''} is of a type that is not changed here`);
  }
}

/** Numbers stay numbers, hashes stay hashes. */
function otherText(text: string): string {
  if (/^-?\d+$/.test(text)) return (BigInt(text) + 1n).toString();
  if (text === '') return 'b';
  return `${text.slice(0, -1)}${text.endsWith('a') ? 'b' : 'a'}`;
}

function otherWord(typeName: string, value: unknown): number {
  const numbers = (ENUMS.get(typeName)?.value ?? []).map(({ number }) => number ?? 0);
  const other = numbers.find((number) => number !== 0 && number !== value);
  if (other === undefined) throw new Error(`${typeName} has no other value`);
  return other;
}

/** A message in which every field has its default; a union has none. */
function emptyOf(message: DescriptorProto): object {
  const unions = message.oneofDecl.filter(({ name = '' }) => !name.startsWith('_'));
  if (unions.length > 0) throw new Error(`${message.name ?? ''} has a union: the sample needs one`);
  return Object.fromEntries(message.field.map((field) => [field.jsonName ?? '', defaultOf(field)]));
}

function defaultOf(field: FieldDescriptorProto): unknown {
  if (field.label === Label.LABEL_REPEATED) return [];
  if (field.proto3Optional === true) return undefined;
  switch (field.type) {
    case Type.TYPE_BOOL:
      return false;
    case Type.TYPE_INT64:
      return 0n;
    case Type.TYPE_STRING:
      return '';
    case Type.TYPE_MESSAGE:
      return undefined;
    default:
      return 0;
  }
}

function asObject(value: unknown, path: string): object {
  if (typeof value === 'object' && value !== null) return value;
  throw missing(path);
}

function missing(path: string): Error {
  return new Error(`the sample has no ${path}: every field of the contract must be tested`);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const FILES = DESCRIPTOR_FILES.map(({ bytes }) => FileDescriptorProto.decode(bytes));
const MESSAGES: ReadonlyMap<string, DescriptorProto> = new Map(
  FILES.flatMap((file) => file.messageType.flatMap((one) => named(`.${file.package ?? ''}`, one))),
);
const ENUMS: ReadonlyMap<string, EnumDescriptorProto> = new Map([
  ...FILES.flatMap((file) =>
    file.enumType.map((one) => [`.${file.package ?? ''}.${one.name ?? ''}`, one] as const),
  ),
  ...[...MESSAGES].flatMap(([name, message]) =>
    message.enumType.map((one) => [`${name}.${one.name ?? ''}`, one] as const),
  ),
]);

function named(
  scope: string,
  message: DescriptorProto,
): readonly (readonly [string, DescriptorProto])[] {
  const name = `${scope}.${message.name ?? ''}`;
  return [[name, message], ...message.nestedType.flatMap((nested) => named(name, nested))];
}

function messageOf(typeName: string): DescriptorProto {
  const message = MESSAGES.get(typeName);
  if (message === undefined) throw new Error(`the contract has no message ${typeName}`);
  return message;
}
