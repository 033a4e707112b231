import type { ApiRequest } from './request.ts';
import type { RequestInfo } from './request-info.ts';

/** Hears of every request's end: for metrics and audit. */
export interface RequestObserver {
  started?(request: ApiRequest, info: RequestInfo | undefined): void;
  finished(request: ApiRequest, info: RequestInfo | undefined, code: number, seconds: number): void;
}
