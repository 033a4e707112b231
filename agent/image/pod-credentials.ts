import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { RegistryCredentials } from '../contract/runtime.ts';
import type { Coordinates, PullSecret } from './pulled-record.ts';

/** The place that credentials come from: a Secret or the service account of the pod, or the node, whose credentials are for all pods. */
export type CredentialSource = { readonly secret: PullSecret } | { readonly serviceAccount: Coordinates } | 'node';

export interface TrackedCredentials {
  readonly credentials: RegistryCredentials;
  readonly source: CredentialSource;
}

export interface PodCredentials {
  /** In the order in which they are tried. */
  readonly found: readonly TrackedCredentials[];
  /** The names of Secrets that could not be read. */
  readonly missing: readonly string[];
}

/** Finds credentials that a node has for an image beside those of the pod's Secrets. Never rejects. */
export type CredentialLookup = (pod: Live<Pod>, reference: string) => Promise<readonly TrackedCredentials[]>;
