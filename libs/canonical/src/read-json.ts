/** Reads values of parsed JSON whose shape is not known yet; a wrong shape names its place. */

/** A vector file that does not have the shape it must have. */
export class VectorShapeError extends TypeError {
  override readonly name = 'VectorShapeError';
}

/** A JSON object. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** @throws VectorShapeError when the value is not an object */
export function readRecord(value: unknown, place: string): JsonRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new VectorShapeError(`${place} must be an object`);
  }
  return value as JsonRecord;
}

/** @throws VectorShapeError when the value is not a list */
export function readList(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new VectorShapeError(`${place} must be a list`);
  return value;
}

/** @throws VectorShapeError when the value is not text */
export function readText(value: unknown, place: string): string {
  if (typeof value !== 'string') throw new VectorShapeError(`${place} must be text`);
  return value;
}

/** @throws VectorShapeError when the value is not a safe integer */
export function readInteger(value: unknown, place: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new VectorShapeError(`${place} must be an integer`);
  }
  return value;
}

/** @throws VectorShapeError when the value is not true or false */
export function readBoolean(value: unknown, place: string): boolean {
  if (typeof value !== 'boolean') throw new VectorShapeError(`${place} must be true or false`);
  return value;
}

/** @throws VectorShapeError when the value is none of the names */
export function readName<T extends string>(value: unknown, names: readonly T[], place: string): T {
  const found = names.find((name) => name === value);
  if (found === undefined)
    throw new VectorShapeError(`${place} must be one of ${names.join(', ')}`);
  return found;
}
