import type { Client } from '../../runtime/client/client.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import type { AdmissionPlugin } from './admission.ts';
import type { ComputedCollection } from './computed-collection.ts';
import type { RequestObserver } from './observer.ts';
import type { RouteHandler } from './route.ts';
import type { Stage } from './stage.ts';
import type { SubresourceHandler } from './subresource.ts';

/** The contribution of one part of the server (admission, custom resources, discovery …) to the whole. */
export interface Part {
  readonly name: string;
  /** Stand between impersonation and authorisation, for requests from the network. */
  readonly entryStages?: readonly Stage[];
  /** Stand between authorisation and dispatch. */
  readonly stages?: readonly Stage[];
  /** Asked in the order of the parts. */
  readonly plugins?: readonly AdmissionPlugin[];
  readonly routes?: readonly RouteHandler[];
  readonly subresources?: readonly SubresourceHandler[];
  /** The kinds that are read without being stored. */
  readonly collections?: readonly ComputedCollection[];
  readonly observers?: readonly RequestObserver[];
  /** Run by the server's manager, over the server's own client and informers, until the server stops. */
  readonly controllers?: readonly ControllerDefinition[];
  /** The post-start hooks of upstream that `start` stands for: `/livez/poststarthook/<name>` tells whether it has resolved. */
  readonly hooks?: readonly string[];
  /** Resolves when the part is ready for requests from the network. `client` acts as the server itself. */
  start?(client: Client): Promise<void>;
}
