import { IntentRuntime, ReportRuntimeRequest, RunTrigger } from '@trimtab/contracts/intent';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGatewayWorld, TREASURY_JSON, type GatewayWorld } from './gateway-world.js';
import { leaseOn, startIntentWorld, type IntentWorld } from './intent-world.js';

describe('the REST routes of intents', () => {
  let intents: IntentWorld;
  let world: GatewayWorld;
  let alice: string;
  let bob: string;

  beforeAll(async () => {
    intents = await startIntentWorld();
    world = await startGatewayWorld({ intent: intents.address });
    alice = await intents.tokenOf('alice', 'intent:write');
    bob = await intents.tokenOf('bob', 'intent:write');
  });

  afterAll(async () => {
    await world.close();
    await intents.close();
  });

  const create = async (body = TREASURY_JSON) =>
    world.ask('POST', '/api/v1/intents', { token: alice, body });
  const put = (id: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    world.ask('PUT', `/api/v1/intents/${id}`, {
      token: alice,
      body: JSON.stringify(body),
      headers,
    });

  describe('a creation', () => {
    it('answers 201 with the source’s JSON, its numbers exact', async () => {
      const { status, headers, json, text } = await create();
      expect(status).toBe(201);
      expect(json.intent).toMatchObject({
        id: expect.stringMatching(/^intent-\d+-[0-9a-f]{8}$/) as string,
        owner: 'alice',
        type: 'treasury',
        status: 'active',
        ticker: 'BTC/USDC',
        collateral: { asset: 'USDC', amount: '50000' },
        config: { strikeRatio: 0.5, maturityDays: 30, rebalanceThreshold: 1.5, autoRoll: true },
        constraints: { maxAnnualDriftBps: 200, maxCapital: '50000', stopLossDriftBps: 500 },
        notifications: { onRoll: true, channels: ['inapp', 'webhook'] },
        derived: { expectedRollsPerYear: 13, estimatedMaxAnnualCostBps: 130, isPaperOptimal: true },
        createdAt: '2018-04-04T00:00:00.000Z',
      });
      expect(json.fetchedAt).toBe('2018-04-04T00:00:00.000Z');
      expect(headers.get('etag')).toBe(json.intent.etag);
      expect(headers.get('location')).toBe(`/api/v1/intents/${json.intent.id}`);
      expect(text).not.toContain('undefined');
    });

    it('takes a number by its digits, where binary floating point would lose some', async () => {
      const digits = '0.123456789012345678';
      const { json, text, status } = await create(TREASURY_JSON.replace('0.50', digits));
      expect([status, json.message]).toEqual([201, undefined]);
      expect(text).toContain(`"strikeRatio":${digits}`);
    });

    it('takes decimal texts and exponents for decimals', async () => {
      const body = TREASURY_JSON.replace('0.50', '"0.550"')
        .replace('"50000.00"', '5e4')
        .replace('1.5', '15e-1');
      const { json } = await create(body);
      expect(json.intent.config).toMatchObject({ strikeRatio: 0.55, rebalanceThreshold: 1.5 });
      expect(json.intent.collateral['amount']).toBe('50000');
    });

    it('names every broken rule at once, by its path in the JSON', async () => {
      const { status, headers, json } = await create(
        TREASURY_JSON.replace('0.50', '1.01').replace('"maturityDays": 30', '"maturityDays": 366'),
      );
      expect(status).toBe(400);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(json).toMatchObject({
        type: 'urn:trimtab:reason:INTENT_INVALID',
        title: 'Bad Request',
        status: 400,
        error: 'Bad Request',
        reason: 'INTENT_INVALID',
        instance: '/api/v1/intents',
      });
      expect(json.message).toBe(json.detail);
      expect(json.violations.map(({ field }) => field)).toEqual([
        'config.strikeRatio',
        'config.maturityDays',
      ]);
      expect(json.message).not.toContain('strike_ratio');
    });

    it.each([
      ['an unknown key', '"type"', '"kind": 1, "type"', 'kind'],
      ['__proto__', '"type"', '"__proto__": {"a": 1}, "type"', '__proto__'],
      ['constructor inside', '"asset"', '"constructor": 1, "asset"', 'collateral.constructor'],
      ['a status', '"type"', '"status": "active", "type"', 'status'],
      [
        'a text for a whole number',
        '"maturityDays": 30',
        '"maturityDays": "30"',
        'config.maturityDays',
      ],
      [
        'a fraction for a whole number',
        '"maturityDays": 30',
        '"maturityDays": 30.5',
        'config.maturityDays',
      ],
      ['an unknown word', '"standard"', '"later"', 'config.rollStrategy'],
      ['an upper-case type', '"treasury"', '"TREASURY"', 'type'],
      ['a missing part', '"ticker": "BTC/USDC",', '', 'ticker'],
    ])('refuses %s', async (_name, from, to, field) => {
      const { status, json } = await create(TREASURY_JSON.replace(from, to));
      expect(status).toBe(400);
      expect(json.violations.map(({ field }) => field)).toEqual([field]);
    });

    it.each([
      ['no JSON', '{"type": ', 400],
      ['a key twice', '{"type": "treasury", "type": "hedge"}', 400],
      [
        'a number rounded to a whole one',
        TREASURY_JSON.replace('30', `30.${'0'.repeat(30)}1`),
        400,
      ],
      ['nothing', '', 400],
      ['too much', ' '.repeat(1024 * 1024 + 1), 413],
    ])('refuses %s', async (_name, body, expected) => {
      const { status, json } = await create(body);
      expect([status, json.status]).toEqual([expected, expected]);
      expect(json).not.toHaveProperty('stack');
    });

    it('refuses a body that is no JSON by its type', async () => {
      const { status } = await world.ask('POST', '/api/v1/intents', {
        token: alice,
        body: 'type=treasury',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expect(status).toBe(415);
    });

    it('has one effect for one Idempotency-Key, and refuses it with another body', async () => {
      const before = await intents.rowCount('intents');
      const again = (body: string, key: string) =>
        world.ask('POST', '/api/v1/intents', {
          token: alice,
          body,
          headers: { 'idempotency-key': key },
        });
      const first = await again(TREASURY_JSON, 'order-7');
      const second = await again(TREASURY_JSON, 'order-7');
      expect(second.json.intent.id).toBe(first.json.intent.id);
      expect(await intents.rowCount('intents')).toBe(before + 1);
      const other = await again(TREASURY_JSON.replace('0.50', '0.6'), 'order-7');
      expect([other.status, other.json.reason]).toEqual([400, 'REQUEST_ID_REUSED']);
      const bad = await again(TREASURY_JSON, 'two words');
      expect([bad.status, bad.json.violations[0]?.field]).toEqual([400, 'Idempotency-Key']);
    });
  });

  describe('an intent', () => {
    let id: string;
    let etag: string;
    beforeEach(async () => {
      const { json } = await create();
      id = json.intent.id;
      etag = json.intent.etag;
    });

    it('is read and listed by its owner alone', async () => {
      const read = await world.ask('GET', `/api/v1/intents/${id}`, { token: alice });
      expect([read.status, read.json.intent.id]).toEqual([200, id]);
      const other = await world.ask('GET', `/api/v1/intents/${id}`, { token: bob });
      expect([other.status, other.json.reason]).toEqual([403, 'PERMISSION_DENIED']);
      const listed = await world.ask('GET', '/api/v1/intents?status=active&pageSize=500', {
        token: alice,
      });
      const ids = listed.json.intents.map((intent) => intent.id);
      expect(ids).toContain(id);
      const paused = await world.ask('GET', '/api/v1/intents?status=paused', { token: bob });
      expect(paused.json.intents).toEqual([]);
    });

    it('shows what the engine keeps of the option index, its numbers exact', async () => {
      const engine = await intents.clientOf('service:engine', 'engine');
      const time = new Date('2018-04-04T00:00:00.000Z');
      await engine.reportRuntime({
        ...ReportRuntimeRequest.fromPartial({}),
        intentId: id,
        leaseToken: await leaseOn(intents, id),
        runtime: IntentRuntime.fromPartial({
          nextScheduleTime: time,
          index: {
            seriesId: 'BTC-30000-20180504',
            openTime: time,
            nextSeriesId: 'BTC-31000-20180505',
            nextTrigger: RunTrigger.RUN_TRIGGER_PRICE,
            nextTime: time,
            issuedUnits: '50000000000',
            indexDecimal: '1.123456789012345678',
            notifiedTrigger: RunTrigger.RUN_TRIGGER_MATURITY,
            deferralCount: 2,
          },
        }),
      });
      const { json, text } = await world.ask('GET', `/api/v1/intents/${id}`, { token: alice });
      expect(json.intent).toMatchObject({
        runtime: {
          nextScheduleAt: '2018-04-04T00:00:00.000Z',
          index: {
            seriesId: 'BTC-30000-20180504',
            openedAt: '2018-04-04T00:00:00.000Z',
            nextSeriesId: 'BTC-31000-20180505',
            nextTrigger: 'price',
            issuedUnits: '50000000000',
            notifiedTrigger: 'maturity',
            deferralCount: 2,
          },
        },
      });
      expect(text).toContain('"indexValue":1.123456789012345678');
    });

    it('is paged', async () => {
      const first = await world.ask('GET', '/api/v1/intents?pageSize=1', { token: alice });
      expect(first.json.intents).toHaveLength(1);
      const token = encodeURIComponent(first.json.nextPageToken);
      const second = await world.ask('GET', `/api/v1/intents?pageSize=1&pageToken=${token}`, {
        token: alice,
      });
      expect(second.json.intents[0]?.id).not.toBe(first.json.intents[0]?.id);
    });

    it('is changed in part, with the current etag where none is named', async () => {
      const { status, json, headers } = await put(id, {
        config: { strikeRatio: 0.55, maturityDays: 45 },
        constraints: { maxAnnualDriftBps: 300 },
      });
      expect(status).toBe(200);
      expect(json.intent.config).toMatchObject({
        strikeRatio: 0.55,
        maturityDays: 45,
        autoRoll: true,
      });
      expect(json.intent.constraints['maxAnnualDriftBps']).toBe(300);
      expect(headers.get('etag')).not.toBe(etag);
    });

    it('is changed under If-Match if the etag is the current one, else 412', async () => {
      const change = { config: { maturityDays: 45 } };
      expect((await put(id, change, { 'if-match': etag })).status).toBe(200);
      const late = await put(id, change, { 'if-match': etag });
      expect([late.status, late.json.reason]).toEqual([412, 'ETAG_MISMATCH']);
      expect((await put(id, change, { 'if-match': 'W/"x"' })).status).toBe(400);
      expect((await put(id, change, { 'if-match': '*' })).status).toBe(200);
    });

    it('is changed once for one Idempotency-Key', async () => {
      const change = { config: { maturityDays: 46 } };
      const headers = { 'idempotency-key': `change-${id}` };
      const first = await put(id, change, headers);
      await put(id, { config: { maturityDays: 99 } });
      const again = await put(id, change, headers);
      expect([again.status, again.json.intent.etag]).toEqual([200, first.json.intent.etag]);
      const other = await put(id, { config: { maturityDays: 47 } }, headers);
      expect([other.status, other.json.reason]).toEqual([400, 'REQUEST_ID_REUSED']);
    });

    it('loses no change of many at once', async () => {
      const answers = await Promise.all([
        put(id, { config: { maturityDays: 31 } }),
        put(id, { constraints: { maxAnnualDriftBps: 201 } }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const { json } = await world.ask('GET', `/api/v1/intents/${id}`, { token: alice });
      expect(json.intent.config['maturityDays']).toBe(31);
      expect(json.intent.constraints['maxAnnualDriftBps']).toBe(201);
    });

    it('has triggers that are set, kept and removed by null', async () => {
      const schedule = { cron: '0 8 * * 1', timeZone: 'Europe/Zurich' };
      await put(id, { triggers: { schedule, cooldownSeconds: 60 } });
      const { json } = await put(id, { triggers: { schedule: null } });
      expect(json.intent.triggers).toEqual({ cooldownSeconds: 60 });
    });

    it.each(['type', 'ticker', 'collateral', 'owner'])('never changes its %s', async (field) => {
      const { status, json } = await put(id, { [field]: 'x' });
      expect([status, json.reason]).toEqual([400, 'FIELD_IMMUTABLE']);
    });

    it('is paused, resumed and cancelled, and then not to be modified', async () => {
      const step = (method: string, path = '') =>
        world.ask(method, `/api/v1/intents/${id}${path}`, { token: alice });
      expect((await step('POST', '/pause')).json.intent.status).toBe('paused');
      expect((await step('POST', '/resume')).json.intent.status).toBe('active');
      const late = await step('POST', '/resume');
      expect([late.status, late.json.reason]).toEqual([409, 'INTENT_STATE_INVALID']);
      const cancelled = await step('DELETE');
      expect([cancelled.status, cancelled.json.intent.status]).toEqual([200, 'cancelled']);
      const change = await put(id, { config: { maturityDays: 31 } });
      expect([change.status, change.json.error]).toEqual([409, 'Conflict']);
      expect(change.json.message).toBe('intent is completed/cancelled and cannot be modified');
    });
  });

  it('lists the five templates without a token, also with a bad one', async () => {
    for (const token of [undefined, 'expired']) {
      const { status, json } = await world.ask('GET', '/api/v1/strategies', {
        ...(token !== undefined && { token }),
      });
      expect(status).toBe(200);
      expect(json.strategies.map(({ type }) => type)).toEqual([
        ...['treasury', 'hedge', 'leverage', 'yield', 'custom'],
      ]);
    }
  });

  it('sums the portfolio of the caller', async () => {
    const { status, json } = await world.ask('GET', '/api/v1/portfolio', { token: alice });
    expect(status).toBe(200);
    expect(json.portfolio).toMatchObject({ owner: 'alice', denomination: 'USDC' });
  });

  it('answers 401 without a token that counts, 404 for what there is not', async () => {
    for (const headers of [{}, { authorization: 'Basic YTpi' }, { authorization: 'Bearer x' }]) {
      const { status, headers: answered } = await world.ask('GET', '/api/v1/portfolio', {
        headers,
      });
      expect([status, answered.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
    for (const path of ['/api/v1/intents/intent-1-00000000', '/api/v2/intents', '/%zz']) {
      const { status, headers } = await world.ask('GET', path, { token: alice });
      expect([path, status]).toEqual([path, path === '/%zz' ? 400 : 404]);
      expect(headers.get('content-type')).toBe('application/problem+json');
    }
    const query = await world.ask('GET', '/api/v1/intents?state=active', { token: alice });
    expect([query.status, query.json.violations[0]?.field]).toEqual([400, 'state']);
  });
});
