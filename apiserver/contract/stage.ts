import type { KubeObject } from '../../api/meta/object.ts';
import type { Decision } from './authorizer.ts';
import type { Call, Result } from './call.ts';
import type { Form } from './form.ts';
import type { ApiRequest, UserInfo } from './request.ts';
import type { RequestInfo } from './request-info.ts';
import type { RouteHandler } from './route.ts';

/**
 * A step in the life of every request: it answers, refuses with a StatusError, or passes the request on to the next one. The chain is put
 * together once; a stage keeps what belongs to one request in its exchange.
 */
export interface Stage {
  readonly name: string;
  /** May throw at once as well as reject. */
  handle(exchange: Exchange, next: Next): Promise<Result>;
}

/** The place of a request in priority and fairness. */
export interface RequestFlow {
  readonly schemaUid: string;
  readonly levelUid: string;
  /** Asks for a turn of the event loop; undefined if the request may go on at once. */
  turn(): Promise<void> | undefined;
  /** Gives the request's seats back, if it still has them. */
  leave(): void;
}

export type Next = (exchange: Exchange) => Promise<Result>;

/** One request on its way through the stages, with the findings of each stage for those after it and for observers. */
export interface Exchange {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  /** Texts for `Warning:` headers. */
  readonly warnings: string[];
  /** The user that the request acts as. Undefined until it is authenticated. */
  user: UserInfo | undefined;
  /** The authenticated user, if it acts as another one. */
  impersonator: UserInfo | undefined;
  /** Of a path that is no resource, its route, if there is one. */
  route: RouteHandler | undefined;
  decision: Decision | undefined;
  /** The classification of a request from the network by priority and fairness. */
  flow: RequestFlow | undefined;
  /** The negotiated form of the answer; only requests from the network have one. */
  form: Form | undefined;
  /** Of a request to a served resource, from the moment that it is looked up. */
  call: Call | undefined;
  /** The answer as it was before it was encoded; undefined until then, and after a failure. */
  result: Result | undefined;
  /** The reason why there is no result. Unless it is a StatusError, nobody foresaw it (upstream's panic). */
  error: unknown;
  /** The time of arrival in milliseconds since the epoch; 0 where nothing observes. */
  receivedAt: number;

  /** Unique to the request: the `Audit-ID` header of its answer. */
  readonly auditId: string;
  /** The body as plain JSON, in the requested form; for a patch the patch. Undefined where there is none, or none that can be read. */
  readonly requestObject: unknown;
  /** The object as it was before an update, patch or deletion, in the requested form. */
  readonly oldObject: KubeObject | undefined;
  /** The object, list or Status of the answer, in the requested form; undefined for watches and streams. */
  readonly responseObject: unknown;
  /** Remarks of stages and admission plugins for audit. The decision of the authorizer is among them. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Remarks for events of the level Request and above. */
  readonly requestAnnotations: Readonly<Record<string, string>> | undefined;
  annotate(key: string, value: string): void;
}
