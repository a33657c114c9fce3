/** A JSON schema, as the framework compiles it and the OpenAPI document shows it. */
export type Schema = Readonly<Record<string, unknown>>;

/** A shared schema, by its name. */
export function ref(name: string): Schema {
  return { $ref: `${name}#` };
}

/** An object with no other keys than these. */
export function object(
  description: string,
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = Object.keys(properties),
): Schema {
  return { type: 'object', description, properties, required, additionalProperties: false };
}

/** A list of at most this many. */
export function list(description: string, items: Schema, maxItems?: number): Schema {
  return { type: 'array', description, items, ...(maxItems !== undefined && { maxItems }) };
}

/** A text of at most this many characters. */
export function text(description: string, maxLength = 256): Schema {
  return { type: 'string', description, maxLength };
}

/** One of a closed set of words. */
export function word(description: string, words: readonly string[]): Schema {
  return { type: 'string', description, enum: words };
}

/** True or false. */
export function flag(description: string): Schema {
  return { type: 'boolean', description };
}

/** A whole number that fits into 32 bits; narrower bounds are rules of the service, not of the form. */
export function integer(description: string): Schema {
  return { type: 'integer', description, minimum: -2_147_483_648, maximum: 2_147_483_647 };
}

/** A number in answers, exact in its digits. */
export function number(description: string): Schema {
  return { type: 'number', description };
}

/** A number or a decimal text in requests; both are taken by their digits. */
export function decimal(description: string): Schema {
  return { type: ['number', 'string'], description, maxLength: 100 };
}

/** A time in UTC. */
export function time(description: string): Schema {
  return { type: 'string', format: 'date-time', description };
}
