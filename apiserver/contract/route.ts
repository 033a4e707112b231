import type { ApiRequest, ApiResponse, UserInfo } from './request.ts';

/** Serves paths that are no resources: /version, /healthz, discovery, /openapi … */
export interface RouteHandler {
  /** An exact path (`/version`), or with a trailing `/*` everything below (`/openapi/*` does not match `/openapi`). */
  readonly path: string;
  /** Served without authorisation (still authenticated where there are credentials). */
  readonly open?: boolean;
  /** Left out of the list of paths at `/`. */
  readonly unlisted?: boolean;
  /** Returns undefined if there is nothing at this path (404). */
  handle(request: ApiRequest, user: UserInfo): ApiResponse | undefined | Promise<ApiResponse | undefined>;
}
