import type { Library } from '../../../base/cel/functions.ts';
import { STRING } from '../../../base/cel/types.ts';
import { noSuchOverload } from '../../../base/cel/values.ts';

/** Escapes keys for the paths of JSON patches: for mutating policies. */
export const jsonPatchLibrary: Library = {
  functions: {
    'jsonpatch.escapeKey': [
      {
        id: 'string_jsonpatch_escapeKey_string',
        params: [STRING],
        result: STRING,
        call: (key) => {
          if (typeof key !== 'string') throw noSuchOverload();
          return key.replaceAll('~', '~0').replaceAll('/', '~1');
        },
      },
    ],
  },
};
