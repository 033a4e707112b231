import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf, objectTypeOf } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import type { MaybePromise } from '../../base/maybe-promise.ts';
import { chained } from '../../base/maybe-promise.ts';
import type { AdmissionAttributes, AdmissionOptions, AdmissionVerb, AdmittedForm } from '../contract/admission.ts';
import type { Call } from '../contract/call.ts';
import type { UserInfo } from '../contract/request.ts';
import type { Resource } from '../contract/resource.ts';
import type { DeleteParameters } from '../request/options.ts';
import type { AdmissionWrite } from './admission-write.ts';

/** The attributes of one write. They are filled in as it goes through the phases; conversions are made when a plugin asks for them. */
class Attributes implements AdmissionAttributes {
  readonly kind: KindDefinition;
  readonly subresource: string;
  readonly key: ObjectKey;
  readonly verb: AdmissionVerb;
  readonly dryRun: boolean;
  readonly user: UserInfo;
  object: KubeObject | undefined;
  old: Live | undefined;
  isReinvocation = false;
  wantsReinvocation = false;
  private readonly call: Call;
  private readonly deletion: DeleteParameters | undefined;
  private readonly view: AdmissionWrite['view'];
  private storedOld: Live | undefined;
  /** The object as it will be stored, from the first validating phase on. */
  private storedObject: KubeObject | undefined;
  private isPrepared = false;
  /** Whether `object` is in the stored form, and that is another than the requested one. */
  private showsStored = false;
  private callbacks: ((committed: boolean) => void)[] | undefined;

  constructor(call: Call, { verb, key, dryRun, deletion, view }: AdmissionWrite) {
    this.call = call;
    this.kind = call.resource.kind;
    this.subresource = call.info.subresource;
    this.user = call.user;
    this.verb = verb;
    this.key = key;
    this.dryRun = dryRun;
    this.deletion = deletion;
    this.view = view;
  }

  get requestVerb(): string {
    return this.call.info.verb;
  }

  get signal(): AbortSignal {
    return this.call.request.signal;
  }

  readonly warn = (text: string): void => {
    const { warnings } = this.call;
    if (!warnings.includes(text)) warnings.push(text);
  };

  readonly annotate = (key: string, value: string, level?: 'Request'): void => {
    const name = level === 'Request' ? 'requestAnnotations' : 'annotations';
    const annotations = this.call[name] ?? {};
    this.call[name] = annotations;
    annotations[key] ??= value;
  };

  readonly onSettled = (callback: (committed: boolean) => void): void => {
    this.callbacks ??= [];
    this.callbacks.push(callback);
  };

  get objectKind(): AdmissionAttributes['objectKind'] {
    return objectTypeOf(this.kind, this.subresource);
  }

  get options(): AdmissionOptions | undefined {
    const apiVersion = 'meta.k8s.io/v1';
    switch (this.verb) {
      case 'connect':
        return undefined;
      case 'delete': {
        const { isDryRun: _, ...given } = this.deletion ?? { isDryRun: false };
        return { ...given, apiVersion, kind: 'DeleteOptions' };
      }
      default: {
        const { query } = this.call.request;
        const dryRun = query.getAll('dryRun');
        const fieldManager = query.get('fieldManager');
        const fieldValidation = query.get('fieldValidation');
        return {
          apiVersion,
          kind: this.verb === 'create' ? 'CreateOptions' : 'UpdateOptions',
          ...(dryRun.length > 0 ? { dryRun } : {}),
          ...(fieldManager ? { fieldManager } : {}),
          ...(fieldValidation ? { fieldValidation } : {}),
        };
      }
    }
  }

  stored(): MaybePromise<AdmittedForm> {
    const kind = this.call.resource.stored;
    return chained(this.storedNow(), (object) => ({ kind, object, old: this.storedOld }));
  }

  inVersion(kind: KindDefinition): MaybePromise<AdmittedForm> {
    const { fromStored } = this.equivalent(kind).conversion;
    if (this.view || this.hasOwnKind) return { kind, object: this.object, old: this.old };
    if (kind === this.kind) return chained(this.requestedNow(), (object) => ({ kind, object, old: this.old }));
    const converted = (object: KubeObject | undefined) => (object === undefined ? undefined : fromStored(object));
    return chained(this.storedNow(), (stored) =>
      chained(converted(stored), (object) => chained(converted(this.storedOld), (old) => ({ kind, object, old: old as Live | undefined }))),
    );
  }

  replace(object: KubeObject, kind: KindDefinition = this.kind): MaybePromise<void> {
    const set = (next: KubeObject) => {
      this.object = next;
    };
    if (kind === this.kind || this.view || this.hasOwnKind) return set(object);
    return chained(chained(this.equivalent(kind).conversion.toStored(object), this.call.resource.conversion.fromStored), set);
  }

  reinvoke(): void {
    this.wantsReinvocation = !this.isReinvocation;
  }

  /** Starts the mutating phases. */
  begin(object: KubeObject | undefined, old: Live | undefined, storedOld: Live | undefined): void {
    if (object?.kind === undefined) this.giveType(object);
    // After a lost race the write is admitted anew.
    this.isReinvocation = false;
    this.wantsReinvocation = false;
    this.isPrepared = false;
    this.object = object;
    this.old = old;
    this.storedOld = storedOld;
  }

  /** Starts the validating phases: from now on `object` is the one that will be stored, converted if a plugin reads it. */
  prepared(stored: KubeObject | undefined, readsRequested: boolean): Promise<void> | undefined {
    this.storedObject = stored;
    this.isPrepared = true;
    const { isStoredForm, conversion } = this.call.resource;
    const differs = !isStoredForm && stored !== undefined && !this.hasOwnKind;
    this.showsStored = differs && !readsRequested;
    const object = differs && readsRequested ? conversion.fromStored(stored) : stored;
    if (object instanceof Promise) return object.then((form) => this.show(form));
    this.show(object);
    return undefined;
  }

  settle(committed: boolean): void {
    const settled = this.callbacks;
    if (!settled) return;
    this.callbacks = undefined;
    for (const callback of settled) callback(committed);
  }

  /** A body may leave its type out. */
  private giveType(object: KubeObject | undefined): void {
    if (!object) return;
    const { objectKind } = this;
    object.apiVersion = apiVersionOf(objectKind);
    object.kind = objectKind.kind;
  }

  private show(object: KubeObject | undefined): void {
    this.object = object && this.view ? this.view(object) : object;
  }

  /** Whether the subresource speaks a kind of its own (Binding, Eviction), which has one version and is not stored. */
  private get hasOwnKind(): boolean {
    return this.subresource !== '' && this.view === undefined && this.objectKind.kind !== this.kind.kind;
  }

  private requestedNow(): MaybePromise<KubeObject | undefined> {
    return this.showsStored && this.object ? this.call.resource.conversion.fromStored(this.object) : this.object;
  }

  private storedNow(): MaybePromise<KubeObject | undefined> {
    if (this.isPrepared || this.object === undefined) return this.storedObject;
    if (this.view || this.hasOwnKind) return this.object;
    return this.call.resource.conversion.toStored(this.object);
  }

  private equivalent(kind: KindDefinition): Resource {
    const { core, resource } = this.call;
    const found = kind === resource.kind ? resource : core.registry.find(kind.group, kind.version, kind.plural);
    if (found?.kind.storagePrefix !== resource.kind.storagePrefix)
      throw new Error(`${kind.plural}.${kind.version}.${kind.group} is no version of ${resource.kind.plural}`);
    return found;
  }
}

export type { Attributes };

export const createAttributes = (call: Call, write: AdmissionWrite): Attributes => new Attributes(call, write);
