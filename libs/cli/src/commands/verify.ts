import { readFile } from 'node:fs/promises';
import { verifyBundle } from '@trimtab/verify';
import { toJson, type Output } from '../output.js';

/**
 * Verifies an exported bundle from the file alone: no service, no database, no network.
 *
 * @returns the exit code: 0 when it is verified, 1 when it differs or cannot be read
 */
export async function runVerify(file: string, output: Output): Promise<number> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    output.line(output.json ? toJson({ verified: false, reason }) : reason);
    return 1;
  }
  const verdict = verifyBundle(text);
  if (output.json) output.line(toJson(verdict));
  else if (verdict.verified) output.line('verified');
  else {
    const { path, found, expected } = verdict.difference;
    output.line(
      `not verified: ${path === '' ? '' : `${path}: `}found ${found}, expected ${expected}`,
    );
  }
  return verdict.verified ? 0 : 1;
}
