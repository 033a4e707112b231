import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, invalid, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { indexPath, pathText } from '../../validation/field-path.ts';
import type { Sysctl } from './security-context.ts';

const SEGMENT = '[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?';
const name = new RegExp(`^(?:${SEGMENT}[./])*${SEGMENT}$`);
const MAX_LENGTH = 253;

const IPC_SYSCTL = /^(?:kernel\.(?:sem|shm|msg)|fs\.mqueue\.)/;

/** Returns the namespace of the pod that a sysctl belongs to. Slashes may stand for dots. */
function namespaceOf(sysctl: string): 'ipc' | 'net' | undefined {
  const dotted = sysctl.replaceAll('/', '.');
  if (dotted.startsWith('net.')) return 'net';
  return IPC_SYSCTL.test(dotted) ? 'ipc' : undefined;
}

export function checkSysctls(
  errors: FieldError[],
  sysctls: readonly Sysctl[],
  host: { readonly hostNetwork: boolean; readonly hostIPC: boolean },
  path: FieldPath,
): void {
  const seen = new Set<string>();
  sysctls.forEach((sysctl, i) => {
    const at = indexPath(path, i);
    const value = sysctl.name ?? '';
    if (value === '') errors.push(required(pathText(at, 'name')));
    else if (value.length > MAX_LENGTH || !name.test(value)) {
      errors.push(invalid(pathText(at, 'name'), value, `must have at most ${MAX_LENGTH} characters and match regex ${name.source}`));
    } else if (seen.has(value)) errors.push(duplicate(pathText(at, 'name'), value));
    const namespace = namespaceOf(value);
    if (host.hostNetwork && namespace === 'net') errors.push(invalid(pathText(at, 'name'), value, "may not be specified when 'hostNetwork' is true"));
    if (host.hostIPC && namespace === 'ipc') errors.push(invalid(pathText(at, 'name'), value, "may not be specified when 'hostIPC' is true"));
    seen.add(value);
  });
}
