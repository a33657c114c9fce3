import type { Logger } from '@trimtab/telemetry';

/** One line a logger was given. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A logger that keeps its lines. */
export interface CollectedLogs {
  readonly logger: Logger;
  readonly lines: readonly LogLine[];
}

/** For tests of what is reported, and to what level. */
export function collectLogs(): CollectedLogs {
  const lines: LogLine[] = [];
  const collect = (inherited: Readonly<Record<string, unknown>>): Logger => {
    const at =
      (level: LogLine['level']) =>
      (fields: Readonly<Record<string, unknown>>, message: string): void => {
        lines.push({ level, message, fields: { ...inherited, ...fields } });
      };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => collect({ ...inherited, ...fields }),
    };
  };
  return { logger: collect({}), lines };
}
