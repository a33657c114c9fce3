import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SuiteClients } from './clients.js';

/** Collects the bundle of a rebalance from its stream. */
export async function fetchBundle(owner: SuiteClients, rebalanceId: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const { chunk } of owner.orderGen.exportRebalance({ rebalanceId })) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Writes the bundle of a rebalance into a folder, which is made if need be; answers with the path. */
export async function exportBundle(
  owner: SuiteClients,
  rebalanceId: string,
  to: { readonly folder: string; readonly name: string },
): Promise<string> {
  await mkdir(to.folder, { recursive: true });
  const path = join(to.folder, `${to.name}.json`);
  await writeFile(path, await fetchBundle(owner, rebalanceId));
  return path;
}
