import { readFileSync } from 'node:fs';
import { instant } from '@trimtab/core';
import { silentLogger } from '@trimtab/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeGateway, gatewayConfig, type Gateway } from './index.js';

/** The part of the document that is looked into here. */
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, unknown>>;
}

describe('the OpenAPI document', () => {
  let gateway: Gateway;
  let document: Document;

  beforeAll(async () => {
    const config = gatewayConfig({ HTTP_ADDRESS: '127.0.0.1:0' });
    const clock = { now: () => instant(0) };
    gateway = composeGateway(config, { clock, logger: silentLogger() });
    await gateway.start();
    const served = await fetch(`http://${gateway.address}/openapi.json`);
    document = (await served.json()) as Document;
  });

  afterAll(() => gateway.stop());

  it('is the committed one; `make openapi` writes it again', () => {
    const committed = readFileSync(new URL('../openapi.json', import.meta.url), 'utf8');
    expect(document).toEqual(JSON.parse(committed));
  });

  it('is of version 3.1 and has every route, and no other', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual([...gateway.routes].sort());
  });

  it('names and describes every operation and answer', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { summary, responses } of operations) {
      expect(summary).not.toBe('');
      for (const response of Object.values(responses)) {
        expect(response).toHaveProperty('description');
      }
    }
  });

  it('refers to schemas that it has', () => {
    const names = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(
      ([, name = '']) => name,
    );
    expect(names.length).toBeGreaterThan(0);
    const known = Object.keys(document.components.schemas).map(
      (name) => `#/components/schemas/${name}`,
    );
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });
});
