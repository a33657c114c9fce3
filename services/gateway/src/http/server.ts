import { fastifySwagger } from '@fastify/swagger';
import { METRICS, record, type Logger } from '@trimtab/telemetry';
import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { JsonSyntaxError, readJson } from '../json/read-json.js';
import { writeJson } from '../json/write-json.js';
import { PART_SCHEMAS } from '../schemas/parts.js';
import { RESOURCE_SCHEMAS } from '../schemas/resources.js';
import { DOCUMENT, problemResponses } from './document.js';
import { HttpRefusal, isDefect, problemOf } from './problem.js';
import {
  durationMs,
  endRequestSpan,
  pathOf,
  routeOf,
  startRequestSpan,
  traceIdOf,
} from './request-span.js';
import { serveRoute, type Route } from './route.js';
import { formRefusal, frameworkRefusal } from './validation-failure.js';

/** What a server of routes needs. */
export interface HttpOptions {
  readonly routes: readonly Route[];
  readonly logger: Logger;
  readonly requestTimeoutMs: number;
}

const BODY_LIMIT_BYTES = 1024 * 1024;

/** Builds the server; it listens when it is told to. */
export async function buildHttp(options: HttpOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: options.requestTimeoutMs,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200 },
    ajv: {
      customOptions: {
        // What the caller wrote is taken as it is: nothing is converted, completed or dropped.
        coerceTypes: false,
        useDefaults: false,
        removeAdditional: false,
        allErrors: true,
        allowUnionTypes: true,
      },
    },
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply, options),
  });
  await app.register(fastifySwagger, {
    openapi: DOCUMENT,
    convertConstToEnum: false,
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => nameOf(json, index) },
  });
  for (const schema of [...PART_SCHEMAS, ...RESOURCE_SCHEMAS]) app.addSchema(schema);
  readExactly(app);
  writeChecked(app);
  app.addHook('onRequest', async (request, reply) => {
    startRequestSpan(request);
    void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
  app.addHook('onResponse', async (request, reply) => finish(request, reply, options.logger));
  app.setErrorHandler((error: FastifyError, request, reply) =>
    sendProblem(error, request, reply, options),
  );
  app.setNotFoundHandler((request, reply) => {
    const message = `${request.method} ${pathOf(request)} is no route`;
    const refusal = new HttpRefusal(404, 'METHOD_UNIMPLEMENTED', message);
    return sendProblem(refusal, request, reply, options);
  });
  for (const route of options.routes) addRoute(app, route);
  await app.ready();
  return app;
}

function addRoute(app: FastifyInstance, route: Route): void {
  const { response, ...schema } = route.schema;
  app.route({
    method: route.method,
    url: route.url,
    schema: {
      ...schema,
      security: route.access === 'token' ? [{ bearer: [] }] : [],
      response: { ...response, ...problemResponses(route) },
    },
    handler: (request, reply) => serveRoute(route, request, reply),
  });
}

/** JSON is read with the text of its numbers; nothing else is read at all. */
function readExactly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      const text = typeof body === 'string' ? body : body.toString('utf8');
      done(null, text === '' ? undefined : readJson(text));
    } catch (error) {
      const refusal =
        error instanceof JsonSyntaxError
          ? new HttpRefusal(400, 'FIELD_INVALID', error.message)
          : new Error('the body cannot be read', { cause: error });
      done(refusal);
    }
  });
}

/** An answer is validated by the schema that the document shows before it leaves. */
function writeChecked(app: FastifyInstance): void {
  app.setSerializerCompiler(({ schema, method, url }) => {
    let validate: Validate | undefined;
    return (data: unknown) => {
      const text = writeJson(data);
      validate ??= compile(app, { schema, method, url, httpPart: 'response' });
      if (validate(JSON.parse(text)) === true) return text;
      const cause = validate.errors;
      throw new Error(`the answer of ${method} ${url} is not as documented`, { cause });
    };
  });
}

/** A compiled schema, as the validator of the framework makes it. */
type Validate = ((data: unknown) => unknown) & { readonly errors?: unknown };

function compile(
  app: FastifyInstance,
  part: Parameters<NonNullable<FastifyInstance['validatorCompiler']>>[0],
): Validate {
  if (app.validatorCompiler === undefined) throw new Error('the framework has no validator');
  return app.validatorCompiler(part) as Validate;
}

function sendProblem(
  thrown: Error,
  request: FastifyRequest,
  reply: FastifyReply,
  { logger }: HttpOptions,
): FastifyReply {
  const error = refusalOf(thrown, request);
  if (isDefect(error)) {
    logger.error({ error, method: request.method, route: routeOf(request) }, 'request failed');
  }
  const { problem, headers } = problemOf(error, {
    instance: pathOf(request),
    traceId: traceIdOf(request),
    conditional: request.headers['if-match'] !== undefined,
  });
  return reply
    .headers(headers)
    .code(problem.status)
    .type('application/problem+json')
    .serializer((text: unknown) => String(text))
    .send(JSON.stringify(problem));
}

/** Errors of the framework become refusals of ours; what services refused stays as it is. */
function refusalOf(
  error: Error & { readonly validation?: FastifyError['validation']; readonly code?: unknown },
  request: FastifyRequest,
): unknown {
  if (error.validation !== undefined) {
    return formRefusal(error.validation, request.method === 'PUT');
  }
  if (typeof error.code === 'string' && error.code.startsWith('FST_')) {
    return frameworkRefusal(error.code, error.message);
  }
  return error;
}

function finish(request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const status = reply.raw.statusCode;
  endRequestSpan(request, status);
  const route = routeOf(request);
  record(METRICS.httpServerDuration, durationMs(request) / 1000, {
    'http.request.method': request.method,
    'http.response.status_code': status,
    'url.scheme': 'http',
    ...(route !== undefined && { 'http.route': route }),
    ...(status >= 500 && { 'error.type': String(status) }),
  });
  const fields = {
    method: request.method,
    route,
    status,
    duration_ms: durationMs(request),
    trace_id: traceIdOf(request),
  };
  if (status >= 500) logger.warn(fields, 'request');
  else logger.info(fields, 'request');
}

function nameOf(json: { readonly $id?: unknown }, index: number): string {
  return typeof json.$id === 'string' ? json.$id : `Schema${index}`;
}
