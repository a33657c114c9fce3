import type { CallContext } from './call-context.js';
import type { MessageLimit } from './message-limit.js';
import type { Rule } from './rule.js';

/** One method as ts-proto defines it. */
export interface MethodShape {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (value: never) => Buffer;
  readonly requestDeserialize: (value: Buffer) => unknown;
  readonly responseSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (value: Buffer) => unknown;
}

/** A service as ts-proto defines it: `OracleServiceService`. */
export type ServiceShape = Readonly<Record<string, MethodShape>>;

/** The request type of a method. */
export type RequestOf<M extends MethodShape> = ReturnType<M['requestDeserialize']>;
/** The response type of a method. */
export type ResponseOf<M extends MethodShape> = ReturnType<M['responseDeserialize']>;

/** The handler type of a method: a promise for unary, an async iterable for server streaming. */
export type HandlerOf<M extends MethodShape> = M extends { readonly responseStream: true }
  ? (request: RequestOf<M>, context: CallContext) => AsyncIterable<ResponseOf<M>>
  : (request: RequestOf<M>, context: CallContext) => Promise<ResponseOf<M>>;

/** Names of the service's methods as in the proto: `GetPrice`. */
export type MethodName<D extends ServiceShape> = Capitalize<keyof D & string>;

/** Handlers by method name; a method without one answers UNIMPLEMENTED with its name. */
export type Handlers<D extends ServiceShape> = {
  readonly [K in keyof D & string as Capitalize<K>]?: HandlerOf<D[K]>;
};

/** A handler, its message types erased. */
export type ErasedHandler = (
  request: unknown,
  context: CallContext,
) => Promise<unknown> | AsyncIterable<unknown>;

/** A service with everything a server needs. Made by {@link bindService}. */
export interface ServiceBinding {
  /** Full name: `trimtab.oracle.v1.OracleService`. */
  readonly name: string;
  readonly methods: readonly BoundMethod[];
}

/** One method of a binding. */
export interface BoundMethod {
  /** The key in the ts-proto definition: `getPrice`. */
  readonly key: string;
  /** The name in the proto: `GetPrice`. */
  readonly name: string;
  readonly definition: MethodShape;
  readonly rule: Rule | undefined;
  readonly handler: ErasedHandler | undefined;
  readonly limit: MessageLimit;
}

/** What {@link bindService} binds. */
export interface BindOptions<D extends ServiceShape> {
  readonly definition: D;
  /** Who may call each method; a server does not start while one is missing. */
  readonly rules: Readonly<Record<MethodName<D>, Rule>>;
  readonly handlers: Handlers<D>;
  /** Limits of requests that differ from `standard`. */
  readonly limits?: Readonly<Partial<Record<MethodName<D>, MessageLimit>>>;
}

/** Binds a service's definition, rules and handlers, checked by the types of the definition. */
export function bindService<D extends ServiceShape>(options: BindOptions<D>): ServiceBinding {
  const rules = new Map(Object.entries<Rule>(options.rules));
  const limits = new Map(Object.entries<MessageLimit | undefined>(options.limits ?? {}));
  // The mapped type above ties each handler to the messages of its own method.
  const handlers = new Map(
    Object.entries(options.handlers as Readonly<Record<string, ErasedHandler | undefined>>),
  );
  const methods = Object.entries<MethodShape>(options.definition).map(([key, definition]) => {
    const name = definition.path.slice(definition.path.lastIndexOf('/') + 1);
    return {
      key,
      name,
      definition,
      rule: rules.get(name),
      handler: handlers.get(name),
      limit: limits.get(name) ?? 'standard',
    };
  });
  const path = methods[0]?.definition.path ?? '/';
  return { name: path.slice(1, path.lastIndexOf('/')), methods };
}
