import type { WatchIntentsResponse } from '@trimtab/contracts/intent';
import { RebalanceEvent, type WatchRebalanceResponse } from '@trimtab/contracts/ordergen';
import type { FastifyReply } from 'fastify';
import { relayEvents, type RelaySettings } from '../http/relay-events.js';
import type { RestCall, Route } from '../http/route.js';
import type { ServerEvent } from '../http/event-stream.js';
import { writeJson } from '../json/write-json.js';
import { fromIntent } from '../mapping/from-wire.js';
import type { Schema } from '../schemas/schema.js';
import type { Upstream } from '../upstream.js';
import { INTENT_PARAMS, REBALANCE_PARAMS, STREAM_HEADERS } from './parameters.js';

const EVENTS: Schema = {
  description: 'Server-sent events: id is the sequence, data is JSON. Silence has heartbeats.',
  content: { 'text/event-stream': { schema: { type: 'string' } } },
};

/** The streams: of every intent that the caller may see, of one intent, of a rebalance. */
export function eventRoutes(upstream: Upstream, settings: RelaySettings): Route[] {
  const intents = async (
    call: RestCall,
    reply: FastifyReply,
    intentIds: string[],
  ): Promise<void> => {
    // A stream says nothing before its first change, so a refusal is looked for beforehand.
    const [one] = intentIds;
    if (one === undefined) {
      const page = { pageSize: 1, pageToken: '', states: [], owner: '' };
      await upstream.intents.listIntents(page, call);
    } else await upstream.intents.getIntent({ intentId: one }, call);
    const stream = upstream.intentStreams.take();
    const afterSequence = lastSequence(call);
    try {
      await relayEvents<WatchIntentsResponse>(
        {
          open: (signal) =>
            stream.client.watchIntents({ intentIds, afterSequence }, { token: call.token, signal }),
          toEvent: intentEvent,
        },
        call,
        reply,
        settings,
      );
    } finally {
      stream.release();
    }
  };
  return [
    {
      method: 'GET',
      url: '/api/v1/intents/events',
      access: 'token',
      schema: {
        operationId: 'watchIntents',
        summary: 'The intents that the caller may see, now and at every change',
        tags: ['events'],
        headers: STREAM_HEADERS,
        response: { 200: EVENTS },
      },
      stream: (call, reply) => intents(call, reply, []),
    },
    {
      method: 'GET',
      url: '/api/v1/intents/:intentId/events',
      access: 'token',
      schema: {
        operationId: 'watchIntent',
        summary: 'An intent, now and at every change',
        tags: ['events'],
        params: INTENT_PARAMS,
        headers: STREAM_HEADERS,
        response: { 200: EVENTS },
      },
      stream: (call, reply) => intents(call, reply, [call.param('intentId')]),
    },
    {
      method: 'GET',
      url: '/api/v1/rebalances/:rebalanceId/events',
      access: 'token',
      schema: {
        operationId: 'watchRebalance',
        summary: 'What happened to a rebalance and what happens, in order, until it ends',
        tags: ['events'],
        params: REBALANCE_PARAMS,
        headers: STREAM_HEADERS,
        response: { 200: EVENTS },
      },
      stream: async (call, reply) => {
        const rebalanceId = call.param('rebalanceId');
        const stream = upstream.rebalanceStreams.take();
        const afterSequence = lastSequence(call) ?? 0n;
        try {
          await relayEvents<WatchRebalanceResponse>(
            {
              open: (signal) =>
                stream.client.watchRebalance(
                  { rebalanceId, afterSequence },
                  { token: call.token, signal },
                ),
              toEvent: rebalanceEvent,
            },
            call,
            reply,
            settings,
          );
        } finally {
          stream.release();
        }
      },
    },
  ];
}

function intentEvent({ sequence, intent }: WatchIntentsResponse): ServerEvent {
  if (intent === undefined) throw new Error('there is no intent in the change');
  return { id: String(sequence), name: 'intent', data: writeJson({ intent: fromIntent(intent) }) };
}

/** The name is what happened; the data is the event in the JSON form of its message. */
function rebalanceEvent({ event }: WatchRebalanceResponse): ServerEvent {
  if (event === undefined) throw new Error('there is no event in the message');
  const data = JSON.stringify(RebalanceEvent.toJSON(event));
  return { id: String(event.sequence), name: event.event?.$case ?? 'event', data };
}

function lastSequence(call: RestCall): bigint | undefined {
  const last = call.header('last-event-id');
  return last === undefined ? undefined : BigInt(last);
}
