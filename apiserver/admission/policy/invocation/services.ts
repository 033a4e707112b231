import type { KubeObject, Live } from '../../../../api/meta/object.ts';
import type { Clock } from '../../../../base/clock.ts';
import type { Authorizer } from '../../../contract/authorizer.ts';
import type { Cluster } from './invocation.ts';
import type { PolicyMetrics } from './policy-metrics.ts';

/** The services of the server that the evaluation of policies calls. */
export interface PolicyServices extends Cluster {
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly metrics: PolicyMetrics;
}

const MOST_COMPILED = 10_000;

/** Returns a function that compiles an object once per generation of it: other changes, such as those of its status, keep what was compiled. */
export function compiledOncePerGeneration<T extends KubeObject, C>(compile: (object: T) => C): (object: Live<T>) => C {
  const byUid = new Map<string, { readonly generation: number | undefined; readonly compiled: C }>();
  return (object) => {
    const { uid, generation } = object.metadata;
    const known = byUid.get(uid);
    if (known && known.generation === generation) return known.compiled;
    const compiled = compile(object);
    // Those of deleted objects are dropped with all others, now and then.
    if (byUid.size >= MOST_COMPILED) byUid.clear();
    byUid.set(uid, { generation, compiled });
    return compiled;
  };
}
