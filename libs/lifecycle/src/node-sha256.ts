import { createHash } from 'node:crypto';

/** SHA-256 of a text in UTF-8, in lower-case hex, by the platform: what `useSha256` takes. */
export function nodeSha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
