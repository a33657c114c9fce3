import type {
  ListPublishersRequest,
  ListPublishersResponse,
  Publisher as PublisherMessage,
} from '@trimtab/contracts/oracle';
import { createFields, pageOf, readPage } from '@trimtab/grpc';
import type { OracleHistory, PublisherCounts } from '../../application/ports.js';
import { isPublisher } from '../../domain/asset.js';

/** Publishers by name, each with what became of all that it ever sent. */
export async function listPublishers(
  history: OracleHistory,
  request: ListPublishersRequest,
): Promise<ListPublishersResponse> {
  const fields = createFields();
  const page = readPage(fields, request, []);
  if (page.cursor !== undefined && !isPublisher(page.cursor)) {
    const message = 'must be the next_page_token of this list';
    fields.violation('page_token', 'PAGE_TOKEN_INVALID', message);
  }
  fields.done();
  const found = await history.listPublishers(page.cursor ?? '', page.size + 1);
  const { items, nextPageToken } = pageOf(found, page, [], ({ publisher }) => publisher);
  return { publishers: items.map(toPublisherMessage), nextPageToken };
}

const ARRIVALS: ReadonlySet<string> = new Set(['ACCEPTED', 'KNOWN', 'OUT_OF_ORDER']);

function toPublisherMessage({ publisher, outcomes }: PublisherCounts): PublisherMessage {
  const countOf = (wanted: string): bigint =>
    outcomes.find(({ outcome }) => outcome === wanted)?.count ?? 0n;
  return {
    publisher,
    acceptedCount: countOf('ACCEPTED'),
    knownCount: countOf('KNOWN'),
    outOfOrderCount: countOf('OUT_OF_ORDER'),
    refusals: outcomes
      .filter(({ outcome }) => !ARRIVALS.has(outcome))
      .map(({ outcome: reason, count }) => ({ reason, count })),
  };
}
