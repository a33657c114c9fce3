import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** Number of partitions, fixed in v1: subjects and leases carry it. */
export const PARTITION_COUNT = 16;

/** First 4 bytes of sha256(vaultId), big-endian, modulo 16 (execution rules, subjects). */
export function partitionOf(vaultId: string): number {
  const digest = sha256(utf8ToBytes(vaultId));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) % PARTITION_COUNT;
}
