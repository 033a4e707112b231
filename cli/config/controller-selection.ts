import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import { UsageError } from './options.ts';

/** The selection of every controller, as kube-controller-manager's `--controllers` spells it. */
export const ALL_CONTROLLERS = ['*'];

/**
 * The controllers that a selection names, in the order of `all`: `*` is every one, `-NAME` excludes one, `NAME` includes one;
 * an empty selection is none. The rules are those of kube-controller-manager's `--controllers`.
 * @throws UsageError naming a controller that does not exist.
 */
export function selectControllers(all: readonly ControllerDefinition[], selection: readonly string[]): readonly ControllerDefinition[] {
  const names = all.map(({ name }) => name);
  const unknown = selection.filter((item) => item !== '*' && !names.includes(item.replace(/^-/, '')));
  if (unknown.length > 0) throw new UsageError(`--controllers ${unknown.join(',')}: there is no such controller; there are ${names.join(', ')}`);
  const every = selection.includes('*');
  return all.filter(({ name }) => !selection.includes(`-${name}`) && (every || selection.includes(name)));
}
