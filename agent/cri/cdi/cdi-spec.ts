import * as z from 'zod';
import { decodeYaml } from '../../../base/yaml/decode.ts';

/**
 * Specs of the Container Device Interface (github.com/cncf-tags/container-device-interface, up to 1.1): files by which vendors tell what a container
 * needs to use a device. A field that is not known makes a spec invalid.
 */
const text = z.string();
const texts = z.array(text).nullish();
const number = z.number().int().nullish();
const annotations = z.record(text, text).nullish();
const variable = text.regex(/^[^=]+=/, 'is not NAME=VALUE');

const DeviceNode = z.strictObject({
  path: text.min(1),
  hostPath: text.nullish(),
  type: z.enum(['', 'b', 'c', 'u', 'p']).nullish(),
  major: number,
  minor: number,
  fileMode: number,
  permissions: text.regex(/^([rwm]*|none)$/).nullish(),
  uid: number,
  gid: number,
});
export type DeviceNode = z.infer<typeof DeviceNode>;

const Mount = z.strictObject({ hostPath: text.min(1), containerPath: text.min(1), options: texts, type: text.nullish() });
export type CdiMount = z.infer<typeof Mount>;

const Hook = z.strictObject({ hookName: text, path: text.min(1), args: texts, env: z.array(variable).nullish(), timeout: number });

const ContainerEdits = z.strictObject({
  env: z.array(variable).nullish(),
  deviceNodes: z.array(DeviceNode).nullish(),
  netDevices: z.array(z.strictObject({ hostInterfaceName: text.min(1), name: text.min(1) })).nullish(),
  hooks: z.array(Hook).nullish(),
  mounts: z.array(Mount).nullish(),
  intelRdt: z.looseObject({}).nullish(),
  additionalGids: z.array(z.number().int().min(0)).nullish(),
});
export type ContainerEdits = z.infer<typeof ContainerEdits>;

const KIND = /^[A-Za-z]([\w.-]*[A-Za-z0-9])?\/[A-Za-z]([\w.-]*[A-Za-z0-9])?$/;
const DEVICE_NAME = /^[A-Za-z0-9]([\w.:-]*[A-Za-z0-9])?$/;

const Spec = z.strictObject({
  cdiVersion: text.regex(/^v?[01]\.\d+\.\d+$/, 'is not a version that is known'),
  kind: text.regex(KIND, 'is not VENDOR/CLASS'),
  annotations,
  devices: z.array(z.strictObject({ name: text.regex(DEVICE_NAME), annotations, containerEdits: ContainerEdits })).min(1),
  containerEdits: ContainerEdits.nullish(),
});

/** One file, with its devices by their names: `vendor.com/class=name`. */
export interface CdiSpec {
  readonly path: string;
  /** Needed by each of the devices. */
  readonly edits: ContainerEdits;
  readonly devices: ReadonlyMap<string, ContainerEdits>;
}

/** Reads the text of a spec, YAML or JSON. @throws Error naming the file and its fault */
export function parseCdiSpec(path: string, source: string): CdiSpec {
  try {
    const { kind, devices, containerEdits } = Spec.parse(decodeYaml(source).value);
    const byName = new Map(devices.map(({ name, containerEdits: edits }) => [`${kind}=${name}`, edits]));
    if (byName.size < devices.length) throw new Error('two devices have one name');
    return { path, edits: containerEdits ?? {}, devices: byName };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : error instanceof Error ? error.message : String(error);
    throw new Error(`${path}: ${why}`);
  }
}
