import type { ConfigMap, Live, ObjectKey } from 'skiff/api';

/** On a ConfigMap: the namespaces that have a copy of it, separated by commas. */
export const COPY_TO = 'copies.example.dev/to';
/** On a copy: where its original is. */
export const COPY_OF = 'copies.example.dev/of';

/** `NAMESPACE.NAME`, as a label may say it: a namespace has no dots, a name may. */
export const originOf = ({ metadata }: Live<ConfigMap>): string => `${metadata.namespace}.${metadata.name}`;

export function keyOfOrigin(origin: string): ObjectKey {
  const dot = origin.indexOf('.');
  return { namespace: origin.slice(0, dot), name: origin.slice(dot + 1) };
}

/** The namespaces that a ConfigMap asks to be copied to, without its own. */
export function targetsOf({ metadata }: Live<ConfigMap>): string[] {
  const named = (metadata.annotations?.[COPY_TO] ?? '').split(',').map((name) => name.trim());
  return [...new Set(named)].filter((name) => name !== '' && name !== metadata.namespace);
}

export interface CopyPlan {
  readonly create: readonly ConfigMap[];
  readonly update: readonly Live<ConfigMap>[];
  readonly remove: readonly Live<ConfigMap>[];
}

/** What brings the copies that there are in line with their original. Pure: this is what table tests are for. */
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
