import type { z } from 'zod';

/** Configuration that a service refuses to start with; the message names every bad variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** One sentence per bad variable, beginning with its name; values are never repeated. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`configuration refused: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/**
 * Reads typed configuration from environment variables. An empty variable counts as absent.
 *
 * @throws ConfigError naming every variable that the schema refuses
 */
export function loadConfig<S extends z.ZodType>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<S> {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map((issue) => {
      const name = issue.path.map(String).join('.');
      const absent = present[name] === undefined ? 'is not set' : issue.message;
      return name === '' ? issue.message : `${name} ${absent}`;
    }),
  );
}
