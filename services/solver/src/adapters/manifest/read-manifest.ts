import { readFileSync } from 'node:fs';
import { ConfigError } from '@trimtab/lifecycle';
import { z } from 'zod';
import { EMPTY_MANIFEST, type Manifest } from '../../application/manifest.js';
import type { InstructionEnvelope } from '../../domain/index.js';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const instruction = z.strictObject({
  programId: z.string().min(1).max(128),
  /** The operation is put in front of it. */
  label: z.string().max(160).default(''),
  data: z.string().min(1).max(16_384).regex(BASE64, 'must be standard base64'),
});
/** A snapshot carries at most 64 instructions: 16 for each of four operations. */
const instructions = z.array(instruction).min(1).max(16);

const manifestSchema = z.strictObject({
  manifestVersion: z.literal(1),
  strategies: z.array(
    z.strictObject({
      strategyId: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 of A-Za-z0-9._-'),
      deposit: instructions,
      requestWithdraw: instructions,
      finalizeWithdraw: instructions,
      /** What is sent where nothing moves; nothing if absent. */
      hold: instructions.optional(),
    }),
  ),
});

type Described = z.infer<typeof manifestSchema>['strategies'][number];

/**
 * Reads the manifest of venues; without a file there is none, and strategies of kind MANIFEST are
 * built as static ones. The file is read once: a plan must not change because a file did.
 *
 * @throws ConfigError naming the file and every bad place
 */
export function readManifest(file: string | undefined): Manifest {
  if (file === undefined) return EMPTY_MANIFEST;
  const parsed = manifestSchema.safeParse(readJson(file));
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map(
        ({ path, message }) => `${VARIABLE} ${path.map(String).join('.')}: ${message}`,
      ),
    );
  }
  const { strategies } = parsed.data;
  const envelopes = new Map(strategies.map((one) => [one.strategyId, envelopesOf(one)]));
  if (envelopes.size < strategies.length) {
    const ids = strategies.map(({ strategyId }) => strategyId);
    const repeated = ids.filter((id, index) => ids.indexOf(id) < index);
    throw new ConfigError([`${VARIABLE} describes ${repeated.join()} more than once`]);
  }
  return { envelopes };
}

const VARIABLE = 'STRATEGY_MANIFEST_FILE';

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new ConfigError([`${VARIABLE} ${why}`]);
  }
}

/** Each instruction under the name of its operation, which is what gives it to the right step. */
function envelopesOf(described: Described): readonly InstructionEnvelope[] {
  const named = (operation: string, list: Described['deposit']): readonly InstructionEnvelope[] =>
    list.map(({ label, ...rest }) => ({
      ...rest,
      label: label === '' ? operation : `${operation}: ${label}`,
    }));
  return [
    ...named('deposit', described.deposit),
    ...named('request_withdraw', described.requestWithdraw),
    ...named('finalize_withdraw', described.finalizeWithdraw),
    ...named('hold', described.hold ?? []),
  ];
}
