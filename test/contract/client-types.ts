import type * as client from '@kubernetes/client-node';
import type * as api from '../../api/kinds/index.ts';
import type { DeleteOptions } from '../../api/meta/delete-options.ts';
import type { Status } from '../../api/meta/status.ts';
import type { Field, Infer } from '../../api/schema/fields.ts';

/** The client library's type as it is in JSON, where dates are text. */
type Wire<T> = T extends Date ? string : T extends (infer I)[] ? Wire<I>[] : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;

/** Compiles only if each type is assignable to the other. */
type Same<Ours, Theirs> = [Ours] extends [Wire<Theirs>]
  ? [Wire<Theirs>] extends [Ours]
    ? true
    : { missing: 'theirs is not ours' }
  : { missing: 'ours is not theirs' };

/** The classes of kinds whose name two groups or versions share; all others are called by version and kind. */
interface Renamed {
  Event: 'CoreV1Event';
  EventsEvent: 'EventsV1Event';
  HorizontalPodAutoscaler: 'V2HorizontalPodAutoscaler';
  HorizontalPodAutoscalerV1: 'V1HorizontalPodAutoscaler';
  ResourceClaim: 'ResourceV1ResourceClaim';
  TokenRequest: 'AuthenticationV1TokenRequest';
}
type ClassName<Name extends string> = Name extends keyof Renamed ? Renamed[Name] : `V1${Name}`;

type Classes = typeof client;
type ObjectOf<Name extends string> =
  ClassName<Name> extends keyof Classes ? (Classes[ClassName<Name>] extends new (...args: never) => infer Theirs ? Theirs : never) : never;

/** The library is generated from what kube-apiserver serves by itself, without metrics-server. */
type Exports = Omit<typeof api, 'NodeMetrics' | 'PodMetrics' | 'ContainerMetrics'>;
/** Each schema that a group exports, compared with the class of its name. */
type Compared = {
  [Name in keyof Exports as Exports[Name] extends Field ? Name : never]: Exports[Name] extends Field
    ? [ObjectOf<Name>] extends [never]
      ? { missing: 'a class of this name' }
      : Same<Infer<Exports[Name]>, ObjectOf<Name>>
    : never;
} & {
  DeleteOptions: Same<DeleteOptions, client.V1DeleteOptions>;
  Status: Same<Status, client.V1Status>;
};
type Faults = { [Name in keyof Compared as Compared[Name] extends true ? never : Name]: Compared[Name] };
type None<T extends Record<string, never>> = T;

/** Checked by tsc, with nothing to run: an error here names the kind whose type differs from the client's. */
export type ClientTypes = None<Faults>;
