import type { Clock } from '@trimtab/core';
import { expectedEtag } from '../http/caller-token.js';
import { requestIdOf } from '../http/request-id.js';
import type { RestCall, Route } from '../http/route.js';
import { fromIntent, set } from '../mapping/from-wire.js';
import { toIntent } from '../mapping/to-wire.js';
import { ref } from '../schemas/schema.js';
import { statusWords } from '../schemas/words.js';
import type { Upstream } from '../upstream.js';
import { fetchedAt, intentAnswer } from './answers.js';
import { CHANGE_HEADERS, CREATE_HEADERS, INTENT_PARAMS, LIST_QUERY } from './parameters.js';
import { changeIntent } from './change-intent.js';

const INTENTS = '/api/v1/intents';
const INTENT = `${INTENTS}/:intentId`;

/** What the routes of intents need. */
export interface IntentRoutesOptions {
  readonly upstream: Pick<Upstream, 'intents'>;
  readonly clock: Clock;
}

/** The routes of intents: create, list, get, change, pause, resume, cancel. */
export function intentRoutes({ upstream: { intents }, clock }: IntentRoutesOptions): Route[] {
  const create: Route = {
    method: 'POST',
    url: INTENTS,
    access: 'token',
    schema: {
      operationId: 'createIntent',
      summary: 'Creates an intent of the caller and activates it',
      tags: ['intents'],
      headers: CREATE_HEADERS,
      body: ref('IntentInput'),
      response: { 201: ref('IntentAnswer') },
    },
    answer: async (call) => {
      const intent = toIntent(call.request.body);
      const created = await intents.createIntent({ requestId: keyOf(call), intent }, call);
      const answer = intentAnswer(clock, created.intent, {
        status: 201,
        warnings: created.warnings,
      });
      const location = `${INTENTS}/${created.intent?.intentId ?? ''}`;
      return { ...answer, headers: { ...answer.headers, location } };
    },
  };
  const list: Route = {
    method: 'GET',
    url: INTENTS,
    access: 'token',
    schema: {
      operationId: 'listIntents',
      summary: 'Lists the intents that the caller may see, by id',
      tags: ['intents'],
      querystring: LIST_QUERY,
      response: { 200: ref('IntentList') },
    },
    answer: async (call) => {
      const status = call.query('status');
      const page = await intents.listIntents(
        {
          states: status === undefined ? [] : [statusWords.toWire(status)],
          owner: call.query('owner') ?? '',
          pageSize: Number.parseInt(call.query('pageSize') ?? '0', 10),
          pageToken: call.query('pageToken') ?? '',
        },
        call,
      );
      const nextPageToken = set(page.nextPageToken);
      const body = { intents: page.intents.map(fromIntent), nextPageToken };
      return { status: 200, body: { ...body, fetchedAt: fetchedAt(clock) } };
    },
  };
  const get: Route = {
    method: 'GET',
    url: INTENT,
    access: 'token',
    schema: {
      operationId: 'getIntent',
      summary: 'An intent',
      tags: ['intents'],
      params: INTENT_PARAMS,
      response: { 200: ref('IntentAnswer') },
    },
    answer: async (call) => {
      const { intent } = await intents.getIntent({ intentId: idOf(call) }, call);
      return intentAnswer(clock, intent);
    },
  };
  const change: Route = {
    method: 'PUT',
    url: INTENT,
    access: 'token',
    schema: {
      operationId: 'changeIntent',
      summary: 'Changes config, constraints, notifications or triggers; absent fields stay',
      description:
        'Without If-Match the change is made to the intent as it is now. An intent that has ended is ' +
        'refused with 409.',
      tags: ['intents'],
      params: INTENT_PARAMS,
      headers: CHANGE_HEADERS,
      body: ref('IntentChange'),
      response: { 200: ref('IntentAnswer') },
    },
    answer: async (call) => {
      const etag = expectedEtag(call.header('if-match'));
      const change = {
        intentId: idOf(call),
        requestId: keyOf(call),
        etag,
        body: call.request.body,
      };
      const { intent, warnings } = await changeIntent(intents, change, call);
      return intentAnswer(clock, intent, { warnings });
    },
  };
  const cancel: Route = {
    method: 'DELETE',
    url: INTENT,
    access: 'token',
    schema: {
      operationId: 'cancelIntent',
      summary: 'Cancels an intent: positions are settled and withdrawn to the owner',
      tags: ['intents'],
      params: INTENT_PARAMS,
      headers: CHANGE_HEADERS,
      response: { 200: ref('IntentAnswer') },
    },
    answer: async (call) => {
      const { intent } = await intents.cancelIntent({ ...transition(call), reason: '' }, call);
      return intentAnswer(clock, intent);
    },
  };
  const pause: Route = {
    method: 'POST',
    url: `${INTENT}/pause`,
    access: 'token',
    schema: {
      operationId: 'pauseIntent',
      summary: 'Pauses an active intent: nothing new starts, a running rebalance finishes',
      tags: ['intents'],
      params: INTENT_PARAMS,
      headers: CHANGE_HEADERS,
      response: { 200: ref('IntentAnswer') },
    },
    answer: async (call) =>
      intentAnswer(clock, (await intents.pauseIntent(transition(call), call)).intent),
  };
  const resume: Route = {
    method: 'POST',
    url: `${INTENT}/resume`,
    access: 'token',
    schema: {
      operationId: 'resumeIntent',
      summary: 'Resumes a paused intent',
      tags: ['intents'],
      params: INTENT_PARAMS,
      headers: CHANGE_HEADERS,
      response: { 200: ref('IntentAnswer') },
    },
    answer: async (call) =>
      intentAnswer(clock, (await intents.resumeIntent(transition(call), call)).intent),
  };
  return [create, list, get, change, cancel, pause, resume];
}

function transition(call: RestCall) {
  const etag = expectedEtag(call.header('if-match'));
  return { intentId: idOf(call), requestId: keyOf(call), etag };
}

function idOf(call: RestCall): string {
  return call.param('intentId');
}

function keyOf(call: RestCall): string {
  return requestIdOf(call.header('idempotency-key'));
}
