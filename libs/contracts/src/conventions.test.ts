import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DESCRIPTOR_FILES } from './descriptors.js';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProto,
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
} from './gen/google/protobuf/descriptor.js';

const FILES = DESCRIPTOR_FILES.filter(({ name }) => name.startsWith('trimtab/')).map(({ bytes }) =>
  FileDescriptorProto.decode(bytes),
);

/** A message with everything nested in it. */
function withNested(message: DescriptorProto): readonly DescriptorProto[] {
  return [message, ...message.nestedType.flatMap(withNested)];
}

const MESSAGES = FILES.flatMap((file) => file.messageType.flatMap(withNested));
const FIELDS = MESSAGES.flatMap((message) =>
  message.field.map((field) => ({ field, path: `${message.name ?? ''}.${field.name ?? ''}` })),
);
const ENUMS: readonly EnumDescriptorProto[] = [
  ...FILES.flatMap((file) => file.enumType),
  ...MESSAGES.flatMap((message) => message.enumType),
];

/** The paths of the fields that break a rule. */
function breaking(rule: (field: FieldDescriptorProto) => boolean): readonly string[] {
  return FIELDS.filter(({ field }) => !rule(field)).map(({ path }) => path);
}

const named = (field: FieldDescriptorProto): string => field.name ?? '';

describe('every field of the contract', () => {
  it('is no float and no unsigned, zigzag or fixed number', () => {
    const allowed: readonly (Type | undefined)[] = [
      Type.TYPE_INT32,
      Type.TYPE_INT64,
      Type.TYPE_STRING,
      Type.TYPE_BOOL,
      Type.TYPE_BYTES,
      Type.TYPE_ENUM,
      Type.TYPE_MESSAGE,
    ];
    expect(FIELDS.length).toBeGreaterThan(500);
    expect(breaking((field) => allowed.includes(field.type))).toEqual([]);
  });

  it('is no map, where the order would be lost', () => {
    expect(MESSAGES.filter((message) => message.options?.mapEntry === true)).toEqual([]);
  });

  it('is a string if its name ends in _decimal, and an int32 if it ends in _bps or a unit', () => {
    const unit = /_(bps|count|seconds|hours|days|millis)$/;
    expect(
      breaking((field) => !named(field).endsWith('_decimal') || field.type === Type.TYPE_STRING),
    ).toEqual([]);
    expect(breaking((field) => !unit.test(named(field)) || isCount(field))).toEqual([]);
  });

  it('says _decimal where it is a price, a ratio or a confidence', () => {
    const decimal = /(^|_)(price|bid|ask|kappa|ratio|confidence|factor)$/;
    expect(
      breaking((field) => field.type !== Type.TYPE_STRING || !decimal.test(named(field))),
    ).toEqual([]);
  });

  it('is a Timestamp if and only if its name ends in _time', () => {
    expect(
      breaking(
        (field) =>
          (field.typeName === '.google.protobuf.Timestamp') === named(field).endsWith('_time'),
      ),
    ).toEqual([]);
  });

  it('is never called status', () => {
    expect(breaking((field) => !/status/.test(named(field)))).toEqual([]);
  });

  it('pages with the same three fields everywhere', () => {
    const lists = MESSAGES.filter(({ name }) => /^List\w+Request$/.test(name ?? ''));
    expect(lists.length).toBeGreaterThan(8);
    for (const { name, field } of lists) {
      expect(field.slice(0, 2).map(named), name).toEqual(['page_size', 'page_token']);
      const answer = MESSAGES.find((other) => other.name === name?.replace(/Request$/, 'Response'));
      expect(answer?.field[0]?.label, name).toBe(Label.LABEL_REPEATED);
      expect(answer?.field[1]?.name, name).toBe('next_page_token');
    }
  });

  it('carries a request_id in every method that changes something', () => {
    const changes =
      /^(Create|Register|Update|Submit|Upsert|Set|Build|Take|Pause|Resume|Cancel|Complete|Fail|Report|Approve|Resolve|Rebalance|Unfreeze|Close|Deposit|Withdraw|Split|Merge|Settle)\w*Request$/;
    const requests = MESSAGES.filter(({ name }) => changes.test(name ?? ''));
    expect(requests.length).toBeGreaterThan(30);
    for (const { name, field } of requests) expect(field.map(named), name).toContain('request_id');
  });
});

describe('every request_id', () => {
  it('is Required in vaults and order generation, Optional elsewhere, and annotated so', () => {
    const root = join(import.meta.dirname, '../../../proto');
    const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('_service.proto'))
      .flatMap((path) =>
        [
          ...readFileSync(join(root, path), 'utf8').matchAll(
            /((?: {2}\/\/[^\n]*\n)+) {2}string request_id = 1([^;]*);/g,
          ),
        ].map(([, comment = '', options = '']) => ({ path, comment, options })),
      );
    expect(found.length).toBeGreaterThan(30);
    for (const { path, comment, options } of found) {
      const isRequired = /\/(vault|ordergen)\//.test(path);
      expect(comment, path).toMatch(
        isRequired ? /^ {2}\/\/ Required\. A UUID/ : /^ {2}\/\/ Optional\. A UUID/,
      );
      expect(options.trim(), path).toBe(
        isRequired ? '[(google.api.field_behavior) = REQUIRED]' : '',
      );
    }
  });
});

describe('every enum of the contract', () => {
  it('begins with _UNSPECIFIED', () => {
    expect(ENUMS.length).toBeGreaterThan(30);
    for (const { name, value } of ENUMS) {
      expect(value[0]?.number, name).toBe(0);
      expect(value[0]?.name, name).toMatch(/_UNSPECIFIED$/);
    }
  });

  it('is never called Status', () => {
    expect(ENUMS.filter(({ name }) => /Status/.test(name ?? ''))).toEqual([]);
  });
});

/** Whether a field is a signed number of at most 64 bits. */
function isCount(field: FieldDescriptorProto): boolean {
  return field.type === Type.TYPE_INT32 || field.type === Type.TYPE_INT64;
}
