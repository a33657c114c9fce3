import { createServer, type RequestListener } from 'node:http';
import { instant } from '@trimtab/core';
import { createVirtualClock } from '@trimtab/lifecycle';
import { createOutboundClient, type OutboundOptions } from '@trimtab/outbound';
import { afterEach, describe, expect, it } from 'vitest';
import type { FeedObservation } from './feed.js';
import { createHttpFeed, type HttpFeedOptions } from './http-feed.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/** Answers one after the other, the last one for ever. */
function inTurn(...answers: readonly RequestListener[]): RequestListener {
  let asked = 0;
  return (request, response) => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    answer?.(request, response);
  };
}

const saying =
  (text: string, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(text);

/** Runs a feed for some questions; its clock moves with its waits. */
async function run(
  url: string,
  feed: Partial<HttpFeedOptions> = {},
  outbound: OutboundOptions = {},
) {
  const clock = createVirtualClock(instant(1_000_000));
  const submitted: FeedObservation[] = [];
  const failures: string[] = [];
  const created = createHttpFeed(
    {
      url,
      publisher: 'venue',
      assetId: 'BTC',
      pricePointer: '/price',
      intervalMillis: 1000,
      maxPolls: 1,
      clock,
      client: createOutboundClient({ allowPrivate: ['127.0.0.1'], ...outbound }),
      ...feed,
    },
    {
      port: {
        submit: (_, observations) => {
          submitted.push(...observations);
          return Promise.resolve({
            acceptedCount: observations.length,
            ignoredCount: 0,
            refusals: [],
          });
        },
      },
      pause: (millis) => {
        clock.advanceMillis(millis);
        return Promise.resolve();
      },
      reporter: {
        submitted: () => undefined,
        refused: () => undefined,
        failed: ({ reason, retryMillis }) => failures.push(`${reason} ${retryMillis}`),
      },
    },
  );
  const counts = await created.run(new AbortController().signal);
  return { counts, submitted, failures };
}

describe('an HTTP feed', () => {
  it('publishes a quote beside the price when it knows where bid and ask are', async () => {
    const url = await serve(saying('{"price": 2, "book": {"bid": "1.90", "ask": 2.10}}'));
    const quotePointers = { bid: '/book/bid', ask: '/book/ask' };
    const { submitted } = await run(url, { quotePointers });
    const seen = { publisher: 'venue', assetId: 'BTC', observeTime: 1_000_000 };
    expect(submitted).toEqual([
      { ...seen, kind: 'PRICE', price: '2', sequence: 1_000_000n },
      { ...seen, kind: 'QUOTE', bid: '1.9', ask: '2.1', sequence: 1_000_001n },
    ]);
  });

  it('publishes nothing of an answer that lacks its bid or ask', async () => {
    const url = await serve(saying('{"price": 2, "bid": 1}'));
    const { submitted, failures } = await run(url, { quotePointers: { bid: '/bid', ask: '/ask' } });
    expect([submitted, failures]).toEqual([[], ['PRICE_UNREADABLE 1000']]);
  });

  it.each([
    ['an error', saying('{"price": 1}', 500), 'HTTP_STATUS'],
    ['no content', saying('', 204), 'HTTP_STATUS'],
    ['no JSON', saying('<html>'), 'PRICE_UNREADABLE'],
    ['another document', saying('{"error": "rate limit"}'), 'PRICE_UNREADABLE'],
    ['too much', saying(`{"price": 1, "x": "${'x'.repeat(200)}"}`), 'RESPONSE_TOO_LARGE'],
    ['nothing in time', () => undefined, 'TIMEOUT'],
    [
      'a redirect into a private network',
      (_, response) => response.writeHead(302, { location: 'http://10.0.0.1/price' }).end(),
      'ADDRESS_REFUSED',
    ],
  ] satisfies [string, RequestListener, string][])(
    'counts %s as an error and publishes nothing',
    async (_, answer, reason) => {
      // Only what must time out may: a busy machine is slow to answer.
      const timeoutMillis = reason === 'TIMEOUT' ? 100 : 30_000;
      const limits = { maxResponseBytes: 200, timeoutMillis, maxRedirects: 1 };
      const { counts, submitted, failures } = await run(await serve(answer), {}, limits);
      expect([submitted, failures, counts.errorCount]).toEqual([[], [`${reason} 1000`], 1]);
    },
  );

  it('does not ask a private address that is not configured', async () => {
    const url = await serve(saying('{"price": 1}'));
    const { submitted, failures } = await run(url, {}, { allowPrivate: [] });
    expect([submitted, failures]).toEqual([[], ['ADDRESS_REFUSED 1000']]);
  });

  it('asks a failing source ever less often, and at its interval again after an answer', async () => {
    const failing = saying('', 503);
    const good = saying('{"price": 1}');
    const url = await serve(
      inTurn(failing, failing, failing, failing, failing, good, failing, good),
    );
    const { submitted, failures } = await run(url, { maxPolls: 8 });
    // 250 · 2^(n − 1), at least the interval of 1 000.
    expect(failures.map((one) => one.split(' ')[1])).toEqual([
      '1000',
      '1000',
      '1000',
      '2000',
      '4000',
      '1000',
    ]);
    // 1 000 000 + 9 000 of waits; then 1 000 to the failure and 1 000 more.
    expect(submitted.map(({ observeTime }) => observeTime)).toEqual([1_009_000, 1_011_000]);
  });
});
