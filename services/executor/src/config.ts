import { addressVariable, baseConfigSchema, integerVariable, loadConfig } from '@trimtab/lifecycle';
import { z } from 'zod';
import { FAILURE_REASONS } from './domain/failure-reason.js';

const outcomeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('FILL') }),
  z.strictObject({ kind: z.literal('FAIL'), reason: z.enum(FAILURE_REASONS) }),
  z.strictObject({ kind: z.literal('FILL_PART'), fillBps: z.int().min(1).max(9_999) }),
  z.strictObject({ kind: z.literal('TIME_OUT'), afterMillis: z.int().min(0).max(60_000) }),
  z.strictObject({ kind: z.literal('ANSWER_TWICE') }),
  z.strictObject({ kind: z.literal('ANSWER_LATE'), afterMillis: z.int().min(0).max(60_000) }),
]);

const scriptSchema = z.array(
  z.strictObject({
    assetId: z.string().exactOptional(),
    index: z.int().min(0).exactOptional(),
    direction: z.enum(['INCREASE', 'DECREASE', 'NONE']).exactOptional(),
    outcome: outcomeSchema,
  }),
);

/** The environment of the executor. `PAPER_SCRIPT` is a JSON list of lines, tried in order. */
export const executorConfigSchema = baseConfigSchema.extend({
  GRPC_ADDRESS: addressVariable().default('127.0.0.1:50055'),
  VENUE: z.enum(['paper']).default('paper'),
  PAPER_SEED: z.string().min(1).default('trimtab'),
  PAPER_MAX_SLIPPAGE_BPS: integerVariable(0, 10_000).default(5),
  PAPER_FEE_BPS: integerVariable(0, 10_000).default(10),
  PAPER_SCRIPT: z
    .string()
    .default('[]')
    .transform((text, context) => {
      const parsed = parseJson(text);
      if (parsed !== undefined) return parsed;
      context.addIssue({ code: 'custom', message: 'must be a JSON list' });
      return z.NEVER;
    })
    .pipe(scriptSchema),
  ORDER_CONCURRENCY: integerVariable(1, 256).default(16),
});

/** The executor's configuration. */
export type ExecutorConfig = z.infer<typeof executorConfigSchema>;

/** Reads the environment; an invalid value refuses to start and names every bad variable. */
export function executorConfig(env: Record<string, string | undefined>): ExecutorConfig {
  return loadConfig(executorConfigSchema, env);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
