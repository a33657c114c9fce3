import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { startTelemetry } from '@trimtab/telemetry';

/** The spans that ended in this process since the start. */
export interface MemorySpans {
  finished(): readonly ReadableSpan[];
  named(name: string): readonly ReadableSpan[];
  reset(): void;
  stop(): Promise<void>;
}

/** Starts tracing and keeps every finished span. Call `stop` at the end of the test. */
export function memorySpans(): MemorySpans {
  const exporter = new InMemorySpanExporter();
  const telemetry = startTelemetry({
    serviceName: 'trimtab-test',
    processors: [new SimpleSpanProcessor(exporter)],
  });
  return {
    finished: () => exporter.getFinishedSpans(),
    named: (name) => exporter.getFinishedSpans().filter((span) => span.name === name),
    reset: () => exporter.reset(),
    stop: () => telemetry.shutdown(),
  };
}
