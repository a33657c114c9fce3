import { createFields, type FieldReader } from '@trimtab/grpc';

const MAX_ID_LENGTH = 128;

/** Reads the id of an intent that is the only argument. */
export function readIntentId(text: string): string {
  const fields = createFields();
  const intentId = textId(fields, 'intent_id', text);
  fields.done();
  return intentId;
}

/** Reads the id of a resource. */
export function textId(fields: FieldReader, field: string, text: string): string {
  return fields.text(field, text, { maxLength: MAX_ID_LENGTH });
}
