import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { Layout } from './data-dir.ts';
import { dataDirOfName, defaultDataDir, layoutOf } from './data-dir.ts';

/** The name of a cluster that is given none. */
export const DEFAULT_NAME = 'skiff';

const port = z.coerce
  .number({ error: 'must be a port number' })
  .int()
  .min(1, 'must be between 1 and 65535')
  .max(65535, 'must be between 1 and 65535');

/** The option `--data-dir` of the commands that work on a cluster of this machine. */
export const dataDirOption = { schema: z.string().default(defaultDataDir), help: "the cluster's data directory", value: 'DIR' };

/** Names become parts of paths. */
const clusterName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/, 'must be lower-case letters, digits and dashes');

/** The options by which commands find one of several clusters of this machine. */
export const clusterOptions = {
  name: { schema: clusterName.optional(), help: 'the cluster of this name (default: skiff)', value: 'NAME' },
  'data-dir': { schema: z.string().optional(), help: "the cluster's data directory (default: that of its name)", value: 'DIR' },
};

/** The layout of the cluster that the options name. */
export const layoutFor = ({ name, 'data-dir': dataDir }: { readonly name?: string | undefined; readonly 'data-dir'?: string | undefined }): Layout =>
  layoutOf(dataDir ?? (name === undefined || name === DEFAULT_NAME ? defaultDataDir() : dataDirOfName(name)));

/** Seconds, as a number or as upstream's flags are written: `40`, `40s`, `0.5s`, `500ms`, `5m`. */
export const secondsSchema = z
  .union([z.number(), z.string()])
  .transform((value) => {
    const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(String(value)) ?? [];
    return number === undefined ? Number.NaN : Number(number) * (SECONDS[unit] ?? Number.NaN);
  })
  .refine((seconds) => seconds > 0, { error: 'must be a duration such as 40s' });
const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** `sqlite`, `etcd` (a local one that skiff runs), `memory`, or the endpoints of an etcd cluster. */
export const storeSetting = z
  .string()
  .refine((value) => ['sqlite', 'etcd', 'memory'].includes(value) || value.split(',').every((each) => /^https?:\/\/[^/\s]+$/.test(each)), {
    error: 'must be sqlite, etcd, memory, or etcd endpoints such as https://10.0.0.1:2379,https://10.0.0.2:2379',
  });

/** The settings that a cluster was started with; kept, so that the next `up` starts the same one. */
export const Settings = z.object({
  /** That of the context, too. */
  name: clusterName.default(DEFAULT_NAME),
  store: storeSetting.default('sqlite'),
  port: port.default(6443),
  agentPort: port.default(10250),
  simulate: z.boolean().default(false),
  nodes: z.coerce.number().int().min(1, 'must be at least 1').max(10_000, 'must be at most 10000').default(1),
  nodeName: z.string().optional(),
  resolvConf: z.string().optional(),
  /** Further arguments of `skiff server` and `skiff agent`, checked by `partArguments`. */
  serverArgs: z.array(z.string()).readonly().default([]),
  agentArgs: z.array(z.string()).readonly().default([]),
});
export type Settings = z.output<typeof Settings>;

export { port as portSchema };

/** The kept settings with `changes` on top. */
export function loadSettings(layout: Layout, changes: Partial<Settings> = {}): Settings {
  let kept: unknown = {};
  try {
    kept = JSON.parse(readFileSync(layout.settings, 'utf8'));
  } catch {
    // The first start: nothing is kept yet.
  }
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  return Settings.parse({ ...(kept as object), ...given });
}

/** Keeps the settings; on a full disk the ones before stay. @throws Error that names the file. */
export function saveSettings(layout: Layout, settings: Settings): void {
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  try {
    if (existsSync(layout.settings) && readFileSync(layout.settings, 'utf8') === text) return;
    mkdirSync(dirname(layout.settings), { recursive: true, mode: 0o700 });
    writeFileSync(`${layout.settings}.new`, text, { mode: 0o600 });
    renameSync(`${layout.settings}.new`, layout.settings);
  } catch (error) {
    throw new Error(`${layout.settings} cannot be written: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
