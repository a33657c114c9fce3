import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { withoutSecrets } from './redact-span.js';

/** A span processor whose receivers come and go while it runs. */
export interface FanOutProcessor extends SpanProcessor {
  add(processor: SpanProcessor): void;
  remove(processor: SpanProcessor): void;
}

/** Passes each span, without secrets, to every receiver. Receivers are shut down by who added them. */
export function createFanOut(): FanOutProcessor {
  const receivers = new Set<SpanProcessor>();
  return {
    add: (processor) => void receivers.add(processor),
    remove: (processor) => void receivers.delete(processor),
    onStart: (span, parent) => {
      for (const receiver of receivers) receiver.onStart(span, parent);
    },
    onEnd: (span) => {
      if (receivers.size === 0) return;
      const safe = withoutSecrets(span);
      for (const receiver of receivers) receiver.onEnd(safe);
    },
    forceFlush: async () => {
      await Promise.all([...receivers].map((receiver) => receiver.forceFlush()));
    },
    shutdown: async () => {
      receivers.clear();
    },
  };
}
