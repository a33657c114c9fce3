import { partitionOf } from '@trimtab/canonical';
import { formatDecimal } from '@trimtab/decimal';
import { encodePriceEvent, subjects } from '@trimtab/messaging';
import { currentTraceparent } from '@trimtab/telemetry';
import type { PriceEvents } from '../postgres/save-records.js';

/**
 * A hint on the events stream for every publication and every change of state. Readers that must not
 * miss any use WatchPrices. `wake` is the relay's.
 */
export function createPriceEvents({ wake }: { readonly wake: () => void }): PriceEvents {
  return {
    messagesOf(changed) {
      const traceparent = currentTraceparent();
      return changed.map(({ record, occurTime }) => {
        const { asset, last, state, sequence } = record;
        const { assetId } = asset;
        const eventId = `price-${sequence}`;
        return {
          eventId,
          aggregateId: assetId,
          partition: partitionOf(assetId),
          subject: subjects.event('price', assetId),
          ...encodePriceEvent({
            eventId,
            assetId,
            priceDecimal: last === undefined ? '' : formatDecimal(last.price),
            state,
            sequence,
            occurTime: new Date(occurTime),
          }),
          ...(traceparent === undefined ? {} : { traceparent }),
        };
      });
    },
    wake,
  };
}

/** Without a bus nobody is told. */
export const NO_EVENTS: PriceEvents = { messagesOf: () => [], wake: () => undefined };
