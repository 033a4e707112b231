import type { EnabledPlugin, ExtensionPoint } from './extension-points.ts';
import { DEFAULT_PLUGINS, EXTENSION_POINTS, PLUGIN_POINTS } from './extension-points.ts';

/** Plugins that a configuration enables and disables; `*` disables all. */
export interface PluginSet {
  readonly enabled: readonly EnabledPlugin[];
  readonly disabled: readonly string[];
}

/** The plugin sets of a profile, by point; `multiPoint` is about every point at which a plugin acts. */
export type PluginSets = Readonly<Partial<Record<ExtensionPoint | 'multiPoint', PluginSet>>>;

const ALL = '*';

/** Merges the default plugins with a set of the user's: those that are named again take the user's weight and keep their place. */
function mergedMultiPoint({ enabled, disabled }: PluginSet): readonly EnabledPlugin[] {
  const off = new Set(disabled);
  const replacing = new Map(enabled.map((plugin) => [plugin.name, plugin]));
  const kept = off.has(ALL) ? [] : DEFAULT_PLUGINS.filter(({ name }) => !off.has(name)).map((plugin) => replacing.get(plugin.name) ?? plugin);
  const names = new Set(kept.map(({ name }) => name));
  return [...kept, ...enabled.filter(({ name }) => !names.has(name))];
}

/** The plugins that are enabled at every point of theirs, and what single points say. */
export interface MergedSets {
  readonly multiPoint: readonly EnabledPlugin[];
  readonly points: Readonly<Partial<Record<ExtensionPoint, PluginSet>>>;
}

/** Merges the sets of a profile with the defaults, as upstream's mergePlugins does. */
export const mergedSets = ({ multiPoint = { enabled: [], disabled: [] }, ...points }: PluginSets): MergedSets => ({
  multiPoint: mergedMultiPoint(multiPoint),
  points,
});

/** Returns the plugins of each point: those that the point enables first, then those of `multiPoint` that it does not disable. */
export function expandedPlugins({ multiPoint, points }: MergedSets): Readonly<Record<ExtensionPoint, readonly EnabledPlugin[]>> {
  const expanded = (point: ExtensionPoint): readonly EnabledPlugin[] => {
    const { enabled = [], disabled = [] } = points[point] ?? {};
    const off = new Set(disabled);
    const everywhere = multiPoint.filter(({ name }) => PLUGIN_POINTS[name]?.includes(point));
    const known = new Set(everywhere.map(({ name }) => name));
    const taken = new Set(enabled.map(({ name }) => name));
    // Upstream's order: plugins that stand in both, those of the point alone, the others of multiPoint.
    return [
      ...enabled.filter(({ name }) => known.has(name)),
      ...enabled.filter(({ name }) => !known.has(name)),
      ...(off.has(ALL) ? [] : everywhere.filter(({ name }) => !off.has(name) && !taken.has(name))),
    ];
  };
  const entries = EXTENSION_POINTS.map((point) => [point, expanded(point)] as const);
  return Object.fromEntries(entries) as Record<ExtensionPoint, readonly EnabledPlugin[]>;
}
