import type { ConfigMap, Live, ObjectKey } from 'skiff-kube/api';

/** The annotation of a ConfigMap that names the namespaces to copy it to, separated by commas. */
export const COPY_TO = 'copies.example.dev/to';
/** The label of a copy that names its original. */
export const COPY_OF = 'copies.example.dev/of';

/** Returns `NAMESPACE.NAME`, which is a valid label value: a namespace has no dots, a name may have. */
export const originOf = ({ metadata }: Live<ConfigMap>): string => `${metadata.namespace}.${metadata.name}`;

export function keyOfOrigin(origin: string): ObjectKey {
  const dot = origin.indexOf('.');
  return { namespace: origin.slice(0, dot), name: origin.slice(dot + 1) };
}

/** Returns the namespaces that a ConfigMap asks to be copied to, without its own. */
export function targetsOf({ metadata }: Live<ConfigMap>): string[] {
  const named = (metadata.annotations?.[COPY_TO] ?? '').split(',').map((name) => name.trim());
  return [...new Set(named)].filter((name) => name !== '' && name !== metadata.namespace);
}

export interface CopyPlan {
  readonly create: readonly ConfigMap[];
  readonly update: readonly Live<ConfigMap>[];
  readonly remove: readonly Live<ConfigMap>[];
}

/** Plans the changes that bring the copies in line with their original. Pure, and tested in tables. */
export function planCopies(original: Live<ConfigMap>, copies: readonly Live<ConfigMap>[]): CopyPlan {
  const { data = {}, binaryData = {} } = original;
  const wanted = targetsOf(original);
  const there = new Map(copies.map((copy) => [copy.metadata.namespace ?? '', copy]));
  const same = (copy: ConfigMap) => JSON.stringify([copy.data ?? {}, copy.binaryData ?? {}]) === JSON.stringify([data, binaryData]);
  return {
    create: wanted
      .filter((namespace) => !there.has(namespace))
      .map((namespace) => ({
        metadata: { namespace, name: original.metadata.name, labels: { [COPY_OF]: originOf(original) } },
        data,
        binaryData,
      })),
    update: wanted.flatMap((namespace) => {
      const copy = there.get(namespace);
      return copy && !same(copy) ? [{ ...copy, data, binaryData }] : [];
    }),
    remove: copies.filter(({ metadata }) => !wanted.includes(metadata.namespace ?? '')),
  };
}
