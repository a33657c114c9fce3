import { addressVariable, baseConfigSchema, integerVariable, loadConfig } from '@trimtab/lifecycle';
import { z } from 'zod';

/** The environment of the solver. */
export const solverConfigSchema = baseConfigSchema.extend({
  GRPC_ADDRESS: addressVariable().default('127.0.0.1:50053'),
  /** The venues of strategies of kind MANIFEST; without it they are built as static ones. */
  STRATEGY_MANIFEST_FILE: z.string().optional(),
  /** Threads that solve linear programs. */
  HIGHS_WORKERS: integerVariable(1, 64).default(1),
  /** Programs that may wait for a thread; more are refused. */
  HIGHS_QUEUE_LIMIT: integerVariable(0, 100_000).default(100),
});

/** The solver's configuration. */
export type SolverConfig = z.infer<typeof solverConfigSchema>;

/** Reads the environment; an invalid value refuses to start and names every bad variable. */
export function solverConfig(env: Record<string, string | undefined>): SolverConfig {
  return loadConfig(solverConfigSchema, env);
}
