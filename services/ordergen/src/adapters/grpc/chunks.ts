/** The most bytes of one message of a streamed document. */
export const CHUNK_BYTES = 65_536;

/** The UTF-8 bytes of a text in pieces of at most {@link CHUNK_BYTES}; an empty text has none. */
export function* chunksOf(text: string): Generator<Buffer> {
  const bytes = Buffer.from(text, 'utf8');
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    yield bytes.subarray(start, start + CHUNK_BYTES);
  }
}
