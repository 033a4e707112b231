import { StatusError } from '../../api/meta/status-error.ts';
import { microTimeText } from '../../base/clock.ts';
import { isObject } from '../../base/json.ts';
import type { ApiRequest, UserInfo } from '../contract/request.ts';
import type { RequestInfo } from '../contract/request-info.ts';
import type { Exchange } from '../contract/stage.ts';
import type { AuditEvent, EventUser, ObjectReference, ResponseStatus, StageName } from './event.ts';
import { includes } from './event.ts';
import type { AuditConfig } from './policy-evaluator.ts';
import { sourceIps } from './source-ips.ts';

const MAX_USER_AGENT = 1024;

const shownUser = (user: UserInfo | undefined): EventUser =>
  user
    ? {
        username: user.name,
        ...(user.uid ? { uid: user.uid } : {}),
        ...(user.groups.length > 0 ? { groups: user.groups } : {}),
        ...(user.extra && Object.keys(user.extra).length > 0 ? { extra: user.extra } : {}),
      }
    : {};

function userAgentOf({ headers }: ApiRequest): string | undefined {
  const agent = headers['user-agent'];
  return agent !== undefined && agent.length > MAX_USER_AGENT ? `${agent.slice(0, MAX_USER_AGENT)}...TRUNCATED` : agent;
}

function uriOf({ target, path, query }: ApiRequest): string {
  if (target !== undefined) return target;
  return query.size === 0 ? path : `${path}?${query}`;
}

/** The fields that are not empty, in the order given. */
function filled<T extends Readonly<Record<string, unknown>>>(fields: T): Partial<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(entries) as Partial<T>;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The object that a request is about; what the path leaves open is taken from the body. */
function referenceTo(info: RequestInfo, body: unknown): ObjectReference | undefined {
  if (!info.isResource) return undefined;
  const metadata = isObject(body) && isObject(body.metadata) ? body.metadata : {};
  return filled({
    resource: info.plural,
    namespace: info.accessNamespace || textOf(metadata.namespace),
    name: info.name || textOf(metadata.name),
    uid: textOf(metadata.uid),
    apiGroup: info.group,
    apiVersion: info.version,
    resourceVersion: textOf(metadata.resourceVersion),
    subresource: info.subresource,
  });
}

/** Only the bounded fields of a Status. */
function statusOf(exchange: Exchange, code: number): ResponseStatus {
  const { error, responseObject } = exchange;
  if (error !== undefined && !(error instanceof StatusError)) {
    const message = `APIServer panic'd: ${error instanceof Error ? error.message : String(error)}`;
    return { metadata: {}, status: 'Failure', message, reason: 'InternalError', code };
  }
  if (!isObject(responseObject) || responseObject.kind !== 'Status' || responseObject.apiVersion !== 'v1') return { metadata: {}, code };
  const { status, message, reason, details } = responseObject;
  const texts = filled({ status: textOf(status), message: textOf(message), reason: textOf(reason) });
  return { metadata: {}, ...texts, ...(isObject(details) ? { details } : {}), code };
}

function withoutManagedFields(object: unknown): unknown {
  if (!isObject(object)) return object;
  const bare = isObject(object.metadata) && 'managedFields' in object.metadata ? { ...object, metadata: { ...object.metadata } } : object;
  if (bare !== object && isObject(bare.metadata)) delete bare.metadata.managedFields;
  return Array.isArray(bare.items) ? { ...bare, items: bare.items.map(withoutManagedFields) } : bare;
}

/** Bodies that a verb writes; a read has none, whatever the client sent. */
const hasBody = ({ verb }: RequestInfo): boolean => verb === 'create' || verb === 'update' || verb === 'patch' || verb.startsWith('delete');

/** The objects of a request; none until it has been let through to its resource. */
function objectsOf(exchange: Exchange, { level, omitManagedFields }: AuditConfig, body: unknown) {
  const bared = omitManagedFields ? withoutManagedFields : (object: unknown) => object;
  const answer = includes(level, 'RequestResponse') ? exchange.responseObject : undefined;
  return {
    ...(includes(level, 'Request') && body !== undefined ? { requestObject: bared(body) } : {}),
    ...(answer === undefined ? {} : { responseObject: bared(answer) }),
  };
}

/** Builds the event of a request that has been received; `now` in milliseconds. */
export function receivedEvent(exchange: Exchange, { level }: AuditConfig): AuditEvent {
  const { request, info } = exchange;
  const received = microTimeText(exchange.receivedAt);
  return {
    ...identity(exchange, 'RequestReceived', level),
    user: shownUser(exchange.impersonator ?? exchange.user),
    ...origin(request),
    ...referred(referenceTo(info, undefined)),
    requestReceivedTimestamp: received,
    stageTimestamp: received,
  };
}

/** Builds the event of a request whose answer starts or is over. */
export function answeredEvent(exchange: Exchange, config: AuditConfig, stage: StageName, code: number, now: number): AuditEvent {
  const { request, info, user, impersonator, requestAnnotations } = exchange;
  const annotations = config.level === 'Metadata' ? exchange.annotations : { ...exchange.annotations, ...requestAnnotations };
  const body = exchange.call && hasBody(info) ? exchange.requestObject : undefined;
  const about = info.verb === 'create' || info.verb === 'update' ? body : undefined;
  return {
    ...identity(exchange, stage, config.level),
    user: shownUser(impersonator ?? user),
    ...(impersonator ? { impersonatedUser: shownUser(user) } : {}),
    ...origin(request),
    ...referred(referenceTo(info, about)),
    responseStatus: statusOf(exchange, code),
    ...(stage === 'ResponseStarted' ? {} : objectsOf(exchange, config, body)),
    requestReceivedTimestamp: microTimeText(exchange.receivedAt),
    stageTimestamp: microTimeText(now),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}

/** Builds the event of a request whose sender could not be identified. */
export function refusedEvent(exchange: Exchange, { level }: AuditConfig, code: number, now: number): AuditEvent {
  return {
    ...identity(exchange, 'ResponseStarted', level),
    user: {},
    ...origin(exchange.request),
    ...referred(referenceTo(exchange.info, undefined)),
    responseStatus: { metadata: {}, message: attempted(exchange.request), code },
    requestReceivedTimestamp: microTimeText(exchange.receivedAt),
    stageTimestamp: microTimeText(now),
  };
}

const identity = (exchange: Exchange, stage: StageName, level: AuditEvent['level']) =>
  ({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level,
    auditID: exchange.auditId,
    stage,
    requestURI: uriOf(exchange.request),
    verb: exchange.info.verb,
  }) as const;

function origin(request: ApiRequest) {
  const agent = userAgentOf(request);
  return { sourceIPs: sourceIps(request), ...(agent === undefined ? {} : { userAgent: agent }) };
}

const referred = (objectRef: ObjectReference | undefined) => (objectRef ? { objectRef } : {});

/** Names the ways in which a client tried to prove its identity, not what it sent. */
function attempted({ headers, query, connection }: ApiRequest): string {
  const authorization = headers.authorization?.trim() ?? '';
  const methods = [
    ...(/^basic /i.test(authorization) ? ['basic'] : []),
    ...(/^bearer /i.test(authorization) ? ['bearer'] : []),
    ...(query.get('access_token')?.trim() ? ['access_token'] : []),
    ...(connection?.clientCertificate ? ['x509'] : []),
  ];
  return methods.length > 0 ? `Authentication failed, attempted: ${methods.join(', ')}` : 'Authentication failed, no credentials provided';
}
