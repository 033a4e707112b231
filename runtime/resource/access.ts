import type { Kind } from '../../api/definition/kind.ts';
import type { PolicyRule } from '../../api/kinds/rbac/index.ts';
import type { Client } from '../client/client.ts';
import type { ControllerDefinition, DeclaredController } from '../control/controller.ts';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'patch', 'update'];

/** The grants of a role, gathered: verbs by resource. */
function gathered() {
  const verbs = new Map<string, { readonly group: string; readonly resource: string; readonly verbs: Set<string> }>();
  return {
    add(group: string, resource: string, added: readonly string[]): void {
      const id = `${group}/${resource}`;
      const entry = verbs.get(id) ?? { group, resource, verbs: new Set<string>() };
      for (const verb of added) entry.verbs.add(verb);
      verbs.set(id, entry);
    },
    rules: (): PolicyRule[] =>
      [...verbs.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, entry]) => ({ apiGroups: [entry.group], resources: [entry.resource], verbs: [...entry.verbs].sort() })),
  };
}

const kindOf = (entry: Kind | { readonly kind: Kind }): Kind => (typeof entry.kind === 'string' ? (entry as Kind) : entry.kind);

/**
 * Returns the rules of a role for controllers, from their wiring: they read what they are for, own and watch; they write the status of the
 * first, all of what they own, and events.
 * @throws Error for a controller that is set up as it runs: record its access in a test (`recordAccess`).
 */
export function accessOf(controllers: readonly ControllerDefinition[]): PolicyRule[] {
  const access = gathered();
  for (const controller of controllers) {
    if ('setup' in controller) throw new Error(`${controller.name} is wired as it runs: run it in a test over the client of recordAccess`);
    addWiring(access, controller);
  }
  access.add('', 'events', ['create', 'patch']);
  access.add('events.k8s.io', 'events', ['create', 'patch']);
  return access.rules();
}

function addWiring(access: ReturnType<typeof gathered>, { for: primary, owns = [], watches = [], indexes = [] }: DeclaredController): void {
  if (primary) {
    const { group, plural } = kindOf(primary);
    access.add(group, plural, [...READ, 'patch', 'update']);
    access.add(group, `${plural}/status`, ['get', 'patch', 'update']);
    // An owner reference with blockOwnerDeletion needs it, where that is enforced.
    access.add(group, `${plural}/finalizers`, ['update']);
  }
  for (const { group, plural } of owns.map(kindOf)) access.add(group, plural, [...READ, ...WRITE]);
  for (const { group, plural } of [...watches, ...indexes].map(kindOf)) access.add(group, plural, READ);
}

export interface AccessRecord {
  /** The client to run the controllers over. */
  readonly client: Client;
  /** Returns the rules for all that has been asked of the client so far, and no more. */
  rules(): PolicyRule[];
}

/** Records the access that controllers need, as they run in a test: the narrowest role that lets them do the same again. */
export function recordAccess(client: Client): AccessRecord {
  const access = gathered();
  const note = ({ group, plural }: Kind, verb: string, subresource?: string) =>
    access.add(group, subresource === undefined ? plural : `${plural}/${subresource}`, [verb]);
  const recorded: Client = {
    get(kind, key) {
      note(kind, 'get');
      return client.get(kind, key);
    },
    getSubresource(kind, key, subresource, query) {
      note(kind, 'get', subresource);
      return client.getSubresource(kind, key, subresource, query);
    },
    list(kind, options) {
      note(kind, 'list');
      return client.list(kind, options);
    },
    create(kind, object, options) {
      note(kind, 'create', options?.subresource);
      return client.create(kind, object, options);
    },
    update(kind, object, options) {
      note(kind, 'update', options?.subresource);
      return client.update(kind, object, options);
    },
    patch(kind, key, patch, options) {
      note(kind, 'patch', options?.subresource);
      // An apply creates what is missing.
      if (patch.type === 'apply' && options?.subresource === undefined) note(kind, 'create');
      return client.patch(kind, key, patch, options);
    },
    delete(kind, key, options) {
      note(kind, 'delete');
      return client.delete(kind, key, options);
    },
    deleteCollection(kind, options, deleteOptions) {
      note(kind, 'deletecollection');
      return client.deleteCollection(kind, options, deleteOptions);
    },
    createSubresource(kind, key, subresource, body) {
      note(kind, 'create', subresource);
      return client.createSubresource(kind, key, subresource, body);
    },
    watch(kind, options, onEvent, signal) {
      note(kind, 'watch');
      return client.watch(kind, options, onEvent, signal);
    },
  };
  return { client: recorded, rules: access.rules };
}
