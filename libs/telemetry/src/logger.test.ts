import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';
import { inSpan, tracer } from './span.js';
import { startTelemetry, type Telemetry } from './start-telemetry.js';

function capture(level = 'info'): {
  readonly lines: () => Record<string, unknown>[];
  readonly logger: ReturnType<typeof createLogger>;
} {
  const written: string[] = [];
  const logger = createLogger({
    service: 'oracle',
    level,
    output: { write: (line) => void written.push(line) },
  });
  return {
    logger,
    lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('createLogger', () => {
  let telemetry: Telemetry | undefined;
  afterEach(async () => telemetry?.shutdown());

  it('writes level, service, message and fields, with the fields of the parent', () => {
    const { logger, lines } = capture();
    logger.child({ method: 'GetPrice' }).warn({ code: 'OK' }, 'slow');
    expect(lines()).toEqual([
      {
        level: 'warn',
        time: expect.any(String) as string,
        service: 'oracle',
        method: 'GetPrice',
        code: 'OK',
        msg: 'slow',
      },
    ]);
  });

  it('writes a field of a child once, in the place of its parent', () => {
    const written: string[] = [];
    const output = { write: (line: string) => void written.push(line) };
    const logger = createLogger({ service: 'dev', level: 'info', output });
    logger.child({ service: 'intent' }).info({}, 'said');
    expect(written[0]).toContain('"service":"intent"');
    expect(written[0]).not.toContain('"service":"dev"');
  });

  it('writes nothing below its level', () => {
    const { logger, lines } = capture('warn');
    logger.info({}, 'quiet');
    expect(lines()).toEqual([]);
  });

  it('never writes a bearer token, in a field, a child or a message', () => {
    const { logger, lines } = capture();
    logger.child({ token: 's3cret' }).info({ header: 'Bearer s3cret' }, 'got Bearer s3cret');
    expect(JSON.stringify(lines())).not.toContain('s3cret');
  });

  it('writes one line for each call, whatever is in its fields and message', () => {
    const written: string[] = [];
    const output = { write: (line: string) => void written.push(line) };
    const logger = createLogger({ service: 'oracle', level: 'info', output });
    const forged = [
      '\n{"level":"error","msg":"forged"}',
      '\r\n',
      '\u2028',
      '\u2029',
      '\u0085',
      '\u001b[2K',
      '\u009b2K',
      '"},{"',
    ];
    for (const text of forged) logger.info({ [text]: text, nested: { text } }, text);
    expect(written).toHaveLength(forged.length);
    for (const [place, line] of written.entries()) {
      // Nothing in it ends a line for any reader, or moves a terminal.
      expect(line.endsWith('\n')).toBe(true);
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      const text = forged[place];
      expect(JSON.parse(line)).toMatchObject({ level: 'info', msg: text, nested: { text } });
    }
  });

  it('keeps level, time, message and span its own when a field has their name', () => {
    const { logger, lines } = capture();
    const fields = { level: 'error', time: 'then', msg: 'forged', span_id: 'x' };
    logger.child({ level: 'error' }).info(fields, 'said');
    expect(lines()[0]).toMatchObject({
      level: 'info',
      msg: 'said',
      'field.level': 'error',
      'field.msg': 'forged',
    });
  });

  it('adds the ids of the active span', async () => {
    telemetry = startTelemetry({ serviceName: 'test' });
    const { logger, lines } = capture();
    await inSpan(tracer('test'), 'work', {}, async (span) => {
      logger.info({}, 'inside');
      expect(lines()[0]).toMatchObject({
        trace_id: span.spanContext().traceId,
        span_id: span.spanContext().spanId,
      });
    });
  });
});
