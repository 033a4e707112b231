import type { Library } from '../functions.ts';
import { argument, MacroError } from '../macros.ts';
import { binding } from './optional.ts';

/** `cel.bind(name, value, expression)`. Not every expression of Kubernetes may use it. */
export const bindingLibrary: Library = {
  macros: [
    {
      name: 'bind',
      member: true,
      arity: 3,
      expand(at, target, args) {
        if (target.kind !== 'ident' || target.name !== 'cel') return undefined;
        const variable = argument(args, 0);
        if (variable.kind !== 'ident') throw new MacroError(variable.at, 'cel.bind() variable names must be simple identifiers');
        return binding(at, variable.name, argument(args, 1), argument(args, 2));
      },
    },
  ],
};
