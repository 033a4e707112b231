import type { Volume } from '../../../../api/pod/volume/volume.ts';
import type { Check } from './check.ts';
import { distinct, plural, quoted } from './check.ts';

const ALLOWED = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'] as const;

/** Returns the field of the volume's source; `unknown` if it has none that the server knows. */
function typeOf(volume: Volume): string {
  for (const field of Object.keys(volume) as (keyof Volume)[]) if (field !== 'name' && volume[field] !== undefined) return field;
  return 'unknown';
}

export const restrictedVolumes: Check = {
  id: 'restrictedVolumes',
  level: 'restricted',
  overrides: 'hostPathVolumes',
  versions: [
    {
      since: 0,
      check: ({ spec }) => {
        const bad = (spec.volumes ?? []).filter((volume) => ALLOWED.every((field) => volume[field] === undefined));
        if (bad.length === 0) return undefined;
        const types = distinct(bad.map(typeOf));
        const names = quoted(bad.map(({ name }) => name));
        const use = plural('uses', 'use', bad.length);
        const what = plural('restricted volume type', 'restricted volume types', types.length);
        return { reason: 'restricted volume types', detail: `${plural('volume', 'volumes', bad.length)} ${names} ${use} ${what} ${quoted(types)}` };
      },
    },
  ],
};
