import { randomUUID } from 'node:crypto';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { StatusError } from '../../api/meta/status-error.ts';
import type { Decision } from '../contract/authorizer.ts';
import type { Call, ListResult, Result } from '../contract/call.ts';
import type { Form } from '../contract/form.ts';
import type { ApiRequest, UserInfo } from '../contract/request.ts';
import type { RequestInfo } from '../contract/request-info.ts';
import type { RouteHandler } from '../contract/route.ts';
import type { Exchange, RequestFlow } from '../contract/stage.ts';
import { decodeBody, parseJson, parseYaml } from '../request/body.ts';
import { requestInfoOf } from '../request/request-info.ts';

/** A request that has just arrived. */
export const exchangeOf = (request: ApiRequest): Exchange => new RequestExchange(request);

/** A class, so that all exchanges have one shape and what observers ask for costs nothing until they do. */
class RequestExchange implements Exchange {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly warnings: string[] = [];
  user: UserInfo | undefined;
  impersonator: UserInfo | undefined = undefined;
  route: RouteHandler | undefined = undefined;
  decision: Decision | undefined = undefined;
  flow: RequestFlow | undefined = undefined;
  form: Form | undefined = undefined;
  call: Call | undefined = undefined;
  result: Result | undefined = undefined;
  error: unknown = undefined;
  receivedAt = 0;
  private id: string | undefined = undefined;
  private remarks: Record<string, string> | undefined = undefined;

  constructor(request: ApiRequest) {
    this.request = request;
    this.info = requestInfoOf(request.method, request.path, request.query);
    this.user = request.user;
  }

  get auditId(): string {
    this.id ??= this.request.auditId ?? randomUUID();
    return this.id;
  }

  get requestObject(): unknown {
    const { body } = this.request;
    if (!body) return undefined;
    if ('object' in body) return body.object;
    try {
      if (this.info.verb !== 'patch') return decodeBody(this.request)?.value;
      return this.request.headers['content-type']?.includes('yaml') ? parseYaml(body.bytes).value : parseJson(body.bytes).value;
    } catch {
      return undefined;
    }
  }

  get oldObject(): KubeObject | undefined {
    // Of a collection, each object has been deleted by itself.
    if (!this.call?.previous || this.call.info.name === '') return undefined;
    return this.call.resource.conversion.made(this.call.previous).object;
  }

  get responseObject(): unknown {
    if (this.error instanceof StatusError) return this.error.toStatus();
    switch (this.result?.type) {
      case 'object':
        return this.result.object;
      case 'list':
        return listObject(this.result);
      case 'raw':
        return this.result.response.body.kind === 'object' ? this.result.response.body.object : undefined;
      default:
        return undefined;
    }
  }

  get annotations(): Readonly<Record<string, string>> {
    return { ...(this.decision ? decisionAnnotations(this.decision) : {}), ...this.remarks, ...this.call?.annotations };
  }

  get requestAnnotations(): Readonly<Record<string, string>> | undefined {
    return this.call?.requestAnnotations;
  }

  annotate(key: string, value: string): void {
    this.remarks ??= {};
    this.remarks[key] = value;
  }
}

/** Upstream's annotations of a decision (k8s.io/apiserver/pkg/endpoints/filters/authorization.go). */
const decisionAnnotations = ({ verdict, reason = '' }: Decision) => ({
  'authorization.k8s.io/decision': verdict === 'allow' ? 'allow' : 'forbid',
  'authorization.k8s.io/reason': reason,
});

const listObject = ({ resource, items, served, revision }: ListResult) => ({
  kind: `${resource.kind.kind}List`,
  apiVersion: apiVersionOf(resource.kind),
  metadata: { resourceVersion: String(revision) },
  items: items.map((item) => served(item).object),
});
