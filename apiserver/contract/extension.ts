import type { AdmissionPlugin } from './admission.ts';
import type { RequestObserver } from './observer.ts';
import type { RouteHandler } from './route.ts';
import type { SubresourceHandler } from './subresource.ts';

/** What the parts around the pipeline add to it. */
export interface Extensions {
  readonly routes: readonly RouteHandler[];
  readonly subresources: readonly SubresourceHandler[];
  readonly admission: readonly AdmissionPlugin[];
  readonly observer?: RequestObserver;
}
