import { loadRules } from '../../api/cel/rules/loader.ts';
import { kindsFromCrd } from '../../api/crd/kind-from-crd.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import { isKind } from '../../api/definition/kind.ts';
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { usesRules } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Registry } from '../contract/resource.ts';

/** The definitions that are in effect: the kinds that the server serves because of them. */
export interface ServedDefinitions {
  /** Serves the kinds of a definition, following a change of it; resolves once their objects are in the cache. */
  serve(crd: Live<CustomResourceDefinition>): Promise<void>;
  /** Serves the kinds of a definition no longer, unless they are those of the definition with this uid. */
  drop(name: string, except?: string): void;
  /** Returns the kind in whose form the objects of a definition are stored; undefined if it is not served. */
  storedKind(name: string): KindDefinition | undefined;
}

export function servedDefinitions(registry: Registry): ServedDefinitions {
  /** By name, with the text of the spec that the kinds were made from. */
  const served = new Map<string, { readonly uid: string; readonly spec: string; readonly kinds: readonly KindDefinition[] }>();
  return {
    async serve(crd) {
      const { name, uid } = crd.metadata;
      const spec = JSON.stringify(crd.spec);
      const before = served.get(name);
      if (before?.uid === uid && before.spec === spec) return;
      if (usesRules(crd)) await loadRules();
      // The form that is stored comes first: the others are made of it.
      const kinds: KindDefinition[] = [...kindsFromCrd(crd)].sort((a, b) => Number(a.storedAs !== undefined) - Number(b.storedAs !== undefined));
      const gone = (before?.kinds ?? []).filter((old) => !kinds.some((kind) => kind.version === old.version && isKind(kind, old)));
      served.set(name, { uid, spec, kinds });
      try {
        for (const kind of kinds) await registry.add(kind);
      } catch (error) {
        // The next attempt begins anew, and `drop` finds all that may be served by now.
        served.set(name, { uid, spec: '', kinds: [...kinds, ...gone] });
        throw error;
      }
      for (const kind of gone) registry.remove(kind);
    },
    drop(name, except) {
      const known = served.get(name);
      if (!known || known.uid === except) return;
      // Forms that others are stored in are removed last.
      for (const kind of known.kinds.toReversed()) registry.remove(kind);
      served.delete(name);
    },
    storedKind: (name) => served.get(name)?.kinds[0],
  };
}
