import { createEnvironment } from '../../base/cel/environment.ts';
import { bindingLibrary } from '../../base/cel/library/bindings.ts';
import { comprehensionLibrary } from '../../base/cel/library/comprehensions.ts';
import { listCosts, listLibrary } from '../../base/cel/library/lists.ts';
import { optionalLibrary } from '../../base/cel/library/optional.ts';
import { setCosts, setLibrary } from '../../base/cel/library/sets.ts';
import { standardLibrary } from '../../base/cel/library/standard.ts';
import { stringLibrary } from '../../base/cel/library/strings.ts';
import { timeLibrary } from '../../base/cel/library/times.ts';
import type { Environment } from '../../base/cel/program.ts';
import { kubernetesCosts } from './costs.ts';
import { authorizerLibrary } from './library/authorizer.ts';
import { formatLibrary } from './library/format.ts';
import { ipLibrary } from './library/ip.ts';
import { jsonPatchLibrary } from './library/json-patch.ts';
import { kubernetesLists } from './library/lists.ts';
import { quantityLibrary } from './library/quantity.ts';
import { regexLibrary } from './library/regex.ts';
import { semverLibrary } from './library/semver.ts';
import { urlLibrary } from './library/urls.ts';

const libraries = [
  standardLibrary,
  timeLibrary,
  urlLibrary,
  regexLibrary,
  kubernetesLists,
  authorizerLibrary,
  optionalLibrary,
  quantityLibrary,
  stringLibrary,
  setLibrary,
  ipLibrary,
  formatLibrary,
  comprehensionLibrary,
  semverLibrary,
  listLibrary,
];
const costs = [setCosts, listCosts, kubernetesCosts];

let base: Environment | undefined;
let selection: Environment | undefined;
let mutation: Environment | undefined;

/**
 * The environment of every expression of Kubernetes 1.36, without variables: add them with `extend`, their types from `DYN`, `schemaType`
 * or `objectType`. There is one, made when it is first asked for. What imports this is imported when it is first needed: it costs
 * start-up nothing.
 */
export function kubernetesEnvironment(): Environment {
  base ??= createEnvironment({ libraries, costs });
  return base;
}

/** The environment of mutating policies, which know `jsonpatch.escapeKey` too. Their types `Object` and `JSONPatch` are the policies' own. */
export function mutationEnvironment(): Environment {
  mutation ??= createEnvironment({ libraries: [...libraries, jsonPatchLibrary], costs });
  return mutation;
}

/** The environment of selectors of devices, which know `cel.bind` too. */
export function selectionEnvironment(): Environment {
  selection ??= createEnvironment({ libraries: [...libraries, bindingLibrary], costs });
  return selection;
}
