import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import { UsageError } from './options.ts';

/** Every controller, as kube-controller-manager's `--controllers` says it. */
export const ALL_CONTROLLERS = ['*'];

/**
 * The controllers that a selection names, in the order of `all`: `*` is every one, `-NAME` leaves one out, `NAME` takes one in;
 * no item is none at all. The rules are those of kube-controller-manager's `--controllers`.
 * @throws UsageError naming a controller that there is not
 */
export function selectControllers(all: readonly ControllerDefinition[], selection: readonly string[]): readonly ControllerDefinition[] {
  const names = all.map(({ name }) => name);
  const unknown = selection.filter((item) => item !== '*' && !names.includes(item.replace(/^-/, '')));
  if (unknown.length > 0) throw new UsageError(`--controllers ${unknown.join(',')}: there is no such controller; there are ${names.join(', ')}`);
  const every = selection.includes('*');
  return all.filter(({ name }) => !selection.includes(`-${name}`) && (every || selection.includes(name)));
}
