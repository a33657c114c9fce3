import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createRawServer, type Server as RawServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createOutboundClient, type OutboundOptions } from './client.js';
import { OutboundFailure } from './failure.js';
import type { Resolve } from './guarded-lookup.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Served {
  readonly port: number;
  readonly url: string;
  readonly requests: { method: string; url: string; headers: IncomingMessage['headers'] }[];
  readonly bodies: string[];
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real server on loopback that remembers what it was asked. */
async function serve(answer: Answer): Promise<Served> {
  const requests: Served['requests'] = [];
  const bodies: string[] = [];
  const server: Server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      answer(request, response);
    });
  });
  const port = await listen(server);
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, url: `http://127.0.0.1:${port}`, requests, bodies };
}

async function listen(server: RawServer): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const LOOPBACK = { allowPrivate: ['127.0.0.1'] };

async function failureOf(url: string, options: OutboundOptions = LOOPBACK): Promise<string> {
  try {
    await createOutboundClient(options).send({ method: 'GET', url });
    return 'no failure';
  } catch (error) {
    return error instanceof OutboundFailure ? error.reason : `unexpected: ${String(error)}`;
  }
}

/** A resolver that gives one answer after the other, the last one for ever. */
function answering(...answers: readonly (readonly string[])[]): Resolve & { asked: number } {
  const resolve = (): ReturnType<Resolve> => {
    const addresses = answers[Math.min(resolver.asked, answers.length - 1)] ?? [];
    resolver.asked += 1;
    return Promise.resolve(
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }) as const),
    );
  };
  const resolver = Object.assign(resolve, { asked: 0 });
  return resolver;
}

describe('a call', () => {
  it('sends method, headers and body, and gives back status, headers and body', async () => {
    const served = await serve((_, response) => {
      response.writeHead(202, { 'x-answer': ['a', 'b'] }).end('taken');
    });
    const answer = await createOutboundClient(LOOPBACK).send({
      method: 'POST',
      url: `${served.url}/hook?a=1`,
      headers: { 'Content-Type': 'text/plain', 'x-signature': 'abc' },
      body: 'grüße',
    });
    expect([answer.status, answer.headers.get('x-answer')]).toEqual([202, 'a, b']);
    expect(new TextDecoder().decode(answer.body)).toBe('taken');
    expect(served.bodies).toEqual(['grüße']);
    expect(served.requests[0]).toMatchObject({
      method: 'POST',
      url: '/hook?a=1',
      headers: { 'content-length': '7', 'x-signature': 'abc', 'user-agent': 'trimtab' },
    });
  });

  it('takes any status as an answer', async () => {
    const served = await serve((_, response) => response.writeHead(503).end());
    const answer = await createOutboundClient(LOOPBACK).send({ method: 'GET', url: served.url });
    expect(answer.status).toBe(503);
  });

  it.each([
    { host: 'internal' },
    { 'Content-Length': '1' },
    { 'transfer-encoding': 'chunked' },
    { 'x-a': 'b\r\nx-c: d' },
    { 'x a': 'b' },
    { '': 'b' },
    { 'x-a': 'é' },
  ])('with the header %j is refused and never sent', async (headers) => {
    const served = await serve((_, response) => response.end());
    const client = createOutboundClient(LOOPBACK);
    await expect(client.send({ method: 'GET', url: served.url, headers })).rejects.toMatchObject({
      reason: 'REQUEST_INVALID',
    });
    expect(served.requests).toEqual([]);
  });

  it('does not use a proxy that the environment names', async () => {
    const proxy = await serve((_, response) => response.end('proxied'));
    const served = await serve((_, response) => response.end('direct'));
    process.env['HTTP_PROXY'] = proxy.url;
    process.env['http_proxy'] = proxy.url;
    closing.push(() => {
      delete process.env['HTTP_PROXY'];
      delete process.env['http_proxy'];
    });
    const { body } = await createOutboundClient(LOOPBACK).send({ method: 'GET', url: served.url });
    expect(new TextDecoder().decode(body)).toBe('direct');
    expect(proxy.requests).toEqual([]);
  });
});

describe('a name', () => {
  it('is refused when any of its addresses is private, and nothing connects', async () => {
    const served = await serve((_, response) => response.end());
    const url = `http://hook.example:${served.port}/`;
    const ports = [served.port];
    for (const addresses of [
      ['127.0.0.1'],
      ['8.8.8.8', '127.0.0.1'],
      ['127.0.0.1', '8.8.8.8'],
      ['10.0.0.1'],
      ['::1'],
      ['::ffff:127.0.0.1'],
      ['64:ff9b::7f00:1'],
      ['fe80::1'],
      ['169.254.169.254'],
      ['0.0.0.0'],
      ['not an address'],
    ]) {
      expect(await failureOf(url, { ports, resolve: answering(addresses) })).toBe(
        'ADDRESS_REFUSED',
      );
    }
    expect(served.requests).toEqual([]);
  });

  it('that answers differently the second time is connected to where it was checked', async () => {
    const served = await serve((_, response) => response.end('checked'));
    const resolve = answering(['127.0.0.1'], ['10.0.0.1']);
    const client = createOutboundClient({ ...LOOPBACK, ports: [served.port], resolve });
    const url = `http://hook.example:${served.port}/`;
    const { body } = await client.send({ method: 'GET', url });
    expect(new TextDecoder().decode(body)).toBe('checked');
    expect(resolve.asked).toBe(1);
    await expect(client.send({ method: 'GET', url })).rejects.toMatchObject({
      reason: 'ADDRESS_REFUSED',
    });
  });

  it('that passed the check at configuration time is checked again when it is called', async () => {
    const client = createOutboundClient({ resolve: answering(['127.0.0.1']) });
    const url = 'http://hook.example/';
    expect(client.checkTarget(url).ok).toBe(true);
    await expect(client.send({ method: 'GET', url })).rejects.toMatchObject({
      reason: 'ADDRESS_REFUSED',
    });
  });

  it('that is listed may be at a private address, but never at that of a metadata service', async () => {
    const served = await serve((_, response) => response.end());
    const url = `http://feed.internal:${served.port}/`;
    const options = { allowPrivate: ['feed.internal'] };
    const send = (resolve: Resolve): Promise<string> => failureOf(url, { ...options, resolve });
    expect(await send(answering(['127.0.0.1']))).toBe('no failure');
    for (const metadata of [
      '169.254.169.254',
      '168.63.129.16',
      'fd00:ec2::254',
      'fd00:ec2::254%eth0',
      // As IPv6 writes it, and as a translator would make it again.
      '::ffff:169.254.169.254',
      '::ffff:168.63.129.16',
      '::ffff:6464:64c8',
      '::169.254.169.254',
      '64:ff9b::a9fe:a9fe',
      '64:ff9b:1::a9fe:a9fe',
      '2002:a9fe:a9fe::1',
    ]) {
      expect(await send(answering([metadata])), metadata).toBe('ADDRESS_REFUSED');
    }
  });

  it('without an address, or without an answer, is said not to resolve', async () => {
    expect(await failureOf('http://hook.example/', { resolve: answering([]) })).toBe(
      'NAME_NOT_RESOLVED',
    );
    const broken: Resolve = () => Promise.reject(new Error('SERVFAIL'));
    expect(await failureOf('http://hook.example/', { resolve: broken })).toBe('NAME_NOT_RESOLVED');
    const silent: Resolve = () => new Promise(() => undefined);
    const options = { resolve: silent, connectTimeoutMillis: 20 };
    expect(await failureOf('http://hook.example/', options)).toBe('CONNECT_TIMEOUT');
  });
});

describe('a redirect', () => {
  const redirectTo =
    (location: string, status = 302): Answer =>
    (_, response) =>
      response.writeHead(status, { location }).end();

  it('is not followed unless configured', async () => {
    const target = await serve((_, response) => response.end());
    const served = await serve(redirectTo(target.url));
    expect(await failureOf(served.url)).toBe('REDIRECT_REFUSED');
    expect(target.requests).toEqual([]);
  });

  it.each([
    ['http://127.0.0.2/', 'ADDRESS_REFUSED'],
    ['http://169.254.169.254/latest/', 'ADDRESS_REFUSED'],
    ['//10.0.0.1/', 'ADDRESS_REFUSED'],
    ['http://0x0a000001/', 'ADDRESS_SPELLING'],
    ['http://localhost/', 'HOST_REFUSED'],
    ['http://8.8.8.8:22/', 'PORT_REFUSED'],
    ['file:///etc/passwd', 'SCHEME_REFUSED'],
    ['http://a@127.0.0.1/', 'USERINFO_REFUSED'],
    ['http://', 'REDIRECT_REFUSED'],
  ])('to %s is refused with %s', async (location, reason) => {
    const served = await serve(redirectTo(location));
    expect(await failureOf(served.url, { ...LOOPBACK, maxRedirects: 3 })).toBe(reason);
  });

  it('to a name with a private address is refused', async () => {
    const served = await serve(redirectTo('http://hook.example/'));
    const resolve = answering(['10.0.0.1']);
    const options = { ...LOOPBACK, maxRedirects: 1, resolve };
    expect(await failureOf(served.url, options)).toBe('ADDRESS_REFUSED');
  });

  it('is followed as often as configured and no more', async () => {
    const served = await serve((request, response) => {
      const hop = parseInt(request.url?.slice(1) ?? '', 10);
      if (hop === 0) response.end('there');
      else response.writeHead(307, { location: `/${hop - 1}` }).end();
    });
    const options = { ...LOOPBACK, maxRedirects: 3 };
    expect(await failureOf(`${served.url}/3`, options)).toBe('no failure');
    expect(await failureOf(`${served.url}/4`, options)).toBe('TOO_MANY_REDIRECTS');
  });

  it('to another origin takes neither credentials nor headers of one’s own along', async () => {
    const target = await serve((_, response) => response.end());
    const served = await serve(redirectTo(target.url, 307));
    await createOutboundClient({ ...LOOPBACK, maxRedirects: 1 }).send({
      method: 'POST',
      url: served.url,
      headers: {
        authorization: 'Bearer x',
        cookie: 'a',
        'x-key': 'b',
        'content-type': 'text/plain',
      },
      body: 'body',
    });
    const { headers } = target.requests[0] ?? {};
    expect([headers?.authorization, headers?.cookie, headers?.['x-key']]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([headers?.['content-type'], target.bodies[0]]).toEqual(['text/plain', 'body']);
  });

  it.each([
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'body'],
    [308, 'POST', 'body'],
  ])('of a POST with %i becomes a %s', async (status, method, body) => {
    const served = await serve((request, response) => {
      if (request.url === '/end') response.end();
      else response.writeHead(status, { location: '/end' }).end();
    });
    const client = createOutboundClient({ ...LOOPBACK, maxRedirects: 1 });
    await client.send({ method: 'POST', url: `${served.url}/start`, body: 'body' });
    expect([served.requests[1]?.method, served.bodies[1]]).toEqual([method, body]);
  });
});

describe('a call is bounded', () => {
  it('by the size of the answer, announced or not, at the very byte', async () => {
    const options = { ...LOOPBACK, maxResponseBytes: 10 };
    const announced = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '11' }).end('a'.repeat(11));
    });
    expect(await failureOf(announced.url, options)).toBe('RESPONSE_TOO_LARGE');
    const streamed = await serve((request, response) => {
      response.write('a'.repeat(5));
      response.end('a'.repeat(request.url === '/10' ? 5 : 6));
    });
    expect(await failureOf(`${streamed.url}/10`, options)).toBe('no failure');
    expect(await failureOf(`${streamed.url}/11`, options)).toBe('RESPONSE_TOO_LARGE');
  });

  it('by the size of the headers', async () => {
    const served = await serve((_, response) => {
      response.writeHead(200, { 'x-large': 'a'.repeat(20_000) }).end();
    });
    expect(await failureOf(served.url)).toBe('RESPONSE_BROKEN');
  });

  it('in time, before the answer, in the middle of it, and over all redirects', async () => {
    const options = { ...LOOPBACK, timeoutMillis: 50, maxRedirects: 1_000_000 };
    const silent = await serve(() => undefined);
    expect(await failureOf(silent.url, options)).toBe('TIMEOUT');
    const stopped = await serve((_, response) => void response.write('a'));
    expect(await failureOf(stopped.url, options)).toBe('TIMEOUT');
    const circle = await serve((_, response) => response.writeHead(307, { location: '/' }).end());
    expect(await failureOf(circle.url, options)).toBe('TIMEOUT');
  });

  it('by the signal of the caller, before and while', async () => {
    const abort = new AbortController();
    const served = await serve(() => abort.abort());
    const client = createOutboundClient(LOOPBACK);
    const request = { method: 'GET', url: served.url, signal: abort.signal } as const;
    await expect(client.send(request)).rejects.toMatchObject({ reason: 'CANCELLED' });
    await expect(client.send(request)).rejects.toMatchObject({ reason: 'CANCELLED' });
    expect(served.requests.length).toBe(1);
  });

  it.each([
    ['closes at once', '', 'RESPONSE_BROKEN'],
    ['speaks no HTTP', 'SSH-2.0-OpenSSH\r\n', 'RESPONSE_BROKEN'],
    ['stops short', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab', 'RESPONSE_BROKEN'],
    [
      'announces two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na',
      'RESPONSE_BROKEN',
    ],
    [
      'switches protocols',
      'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      'RESPONSE_BROKEN',
    ],
  ])('when the server %s', async (_, bytes, reason) => {
    const server = createRawServer((socket: Socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(bytes));
    });
    const port = await listen(server);
    closing.push(() => void server.close());
    expect(await failureOf(`http://127.0.0.1:${port}/`)).toBe(reason);
  });

  it('when nobody listens, or no TLS is spoken', async () => {
    const server = createRawServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await failureOf(`http://127.0.0.1:${port}/`)).toBe('CONNECT_FAILED');
    const plain = await serve((_, response) => response.end());
    const reason = await failureOf(`https://127.0.0.1:${plain.port}/`);
    expect(reason).toBe('TLS_FAILED');
  });

  it('and says whether trying again can help', () => {
    expect(new OutboundFailure('TIMEOUT', '').isTransient).toBe(true);
    expect(new OutboundFailure('ADDRESS_REFUSED', '').isTransient).toBe(false);
  });
});
