/** The rights that every node has, whatever runs on it: those of the role system:node that no relation narrows down. */
const RULES: readonly (readonly [resources: string, verbs: string])[] = [
  ['authentication.k8s.io/tokenreviews', 'create'],
  ['authorization.k8s.io/subjectaccessreviews authorization.k8s.io/localsubjectaccessreviews', 'create'],
  ['/services', 'get list watch'],
  ['/events events.k8s.io/events', 'create update patch'],
  ['/endpoints', 'get'],
  ['certificates.k8s.io/certificatesigningrequests', 'create get list watch'],
  ['storage.k8s.io/csidrivers', 'get list watch'],
  ['node.k8s.io/runtimeclasses', 'get list watch'],
];

const verbsByResource: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  RULES.flatMap(([resources, verbs]) => resources.split(' ').map((resource) => [resource, new Set(verbs.split(' '))] as const)),
);

/** Whether every node may do this. `resource` is the group, a slash and the plural, and the subresource after another slash. */
export const allNodesMay = (verb: string, resource: string): boolean => verbsByResource.get(resource)?.has(verb) === true;
