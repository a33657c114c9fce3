import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** SHA-256 of a text in UTF-8, in lower-case hex. */
export type Sha256 = (text: string) => string;

/** The implementation that runs everywhere, in plain JavaScript. */
export const portableSha256: Sha256 = (text) => bytesToHex(sha256(utf8ToBytes(text)));

/** One block, several blocks, and more than one byte for a character. */
const PROBES = ['', 'abc', 'a'.repeat(1000), '\u00e9\u20ac\u{1F600}\n'.repeat(50)];

let chosen: Sha256 = portableSha256;

/**
 * Lets a process hash with the SHA-256 of its platform, several times as fast. A hash is what it is
 * whoever computes it, so no result changes: an implementation that answers anything else is refused.
 *
 * @throws TypeError when it does not agree with the portable one
 */
export function useSha256(implementation: Sha256): void {
  const wrong = PROBES.find((text) => implementation(text) !== portableSha256(text));
  if (wrong !== undefined) throw new TypeError(`not a SHA-256 of ${JSON.stringify(wrong)}`);
  chosen = implementation;
}

/** SHA-256 of a text in UTF-8, in lower-case hex. */
export function sha256Hex(text: string): string {
  return chosen(text);
}
