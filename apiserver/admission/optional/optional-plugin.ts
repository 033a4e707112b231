import type { Clock } from '../../../base/clock.ts';
import type { Client } from '../../../runtime/client/client.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';
import type { Authorizer } from '../../contract/authorizer.ts';
import type { Registry } from '../../contract/resource.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';

/** The parts of a server that plugins which are off by default may use. */
export interface OptionalPluginContext {
  readonly objects: StorageAccess;
  readonly registry: Pick<Registry, 'kinds'>;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  /** Returns the client of the server itself, once the server is put together. */
  readonly client: () => Client;
}

/** A plugin that is off by default: loaded and configured, but not part of a server yet. */
export type OptionalPlugin = (context: OptionalPluginContext) => AdmissionPlugin;

/** The difference from the plugins that every server runs. */
export interface PluginSelection {
  readonly added: readonly OptionalPlugin[];
  /** Names. */
  readonly disabled: ReadonlySet<string>;
}
