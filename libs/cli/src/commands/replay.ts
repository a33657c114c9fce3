import { OrderGenServiceService, ReplayRebalanceResponse } from '@trimtab/contracts/ordergen';
import { createUserClient } from '@trimtab/grpc';
import { toJson, type Output } from '../output.js';

/** Which rebalance, of which server, as whom. */
export interface RebalanceTarget {
  readonly address: string;
  readonly token: string;
  readonly rebalanceId: string;
}

/**
 * Has a rebalance folded again from its stored document and results, and says whether every hash is
 * the same or where the first difference is.
 *
 * @returns the exit code: 0 when equal
 */
export async function runReplay(target: RebalanceTarget, output: Output): Promise<number> {
  const client = createUserClient({
    definition: OrderGenServiceService,
    address: target.address,
    token: target.token,
  });
  try {
    const replay = await client.replayRebalance({ rebalanceId: target.rebalanceId });
    if (output.json) output.line(toJson(ReplayRebalanceResponse.toJSON(replay)));
    else {
      output.line(`stored   ${replay.stateHash}`);
      output.line(`replayed ${replay.replayedHash}`);
      output.line(`${replay.eventCount} events, ${replay.equal ? 'equal' : 'NOT equal'}`);
      const difference = replay.firstDifference;
      if (difference !== undefined) {
        output.line(
          `first difference at event ${difference.sequence}, ${difference.field}: found ${difference.found}, expected ${difference.expected}`,
        );
      }
    }
    return replay.equal ? 0 : 1;
  } finally {
    client.close();
  }
}
