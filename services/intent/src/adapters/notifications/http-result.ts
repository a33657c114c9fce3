import { OutboundFailure, type OutboundClient, type OutboundRequest } from '@trimtab/outbound';
import type { AttemptResult } from '../../application/notification-ports.js';

/**
 * Sends once and tells what came of it. 2xx is delivered; a status of `gone` ends the delivery, and so
 * does an address that may not be called; everything else is tried again.
 */
export async function sendOverHttp(
  client: OutboundClient,
  request: OutboundRequest,
  gone: readonly number[],
): Promise<AttemptResult> {
  try {
    const { status } = await client.send(request);
    if (status >= 200 && status < 300) return { kind: 'DELIVERED' };
    const kind = gone.includes(status) ? 'GIVEN_UP' : 'RETRY';
    return { kind, error: `answered with status ${status}` };
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error;
    return { kind: error.isTransient ? 'RETRY' : 'GIVEN_UP', error: error.reason };
  }
}
