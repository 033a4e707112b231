import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, pathText } from '../../validation/field-path.ts';
import { addFaults, checkNonNegative, checkOptionalChoice, checkRequired } from '../../validation/field-rules.ts';
import { httpHeaderFaults } from '../../validation/name-rules.ts';
import { checkPort } from './port-validation.ts';
import type { ExecAction, GRPCAction, HTTPGetAction, Lifecycle, Probe, SleepAction, TCPSocketAction } from './probe.ts';

/** Checks that exactly one of the actions of a probe or lifecycle handler is set. */
interface Handler {
  readonly exec?: ExecAction | undefined;
  readonly httpGet?: HTTPGetAction | undefined;
  readonly tcpSocket?: TCPSocketAction | undefined;
  readonly grpc?: GRPCAction | undefined;
  readonly sleep?: SleepAction | undefined;
}

const COUNTERS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;

export type ProbeRole = 'livenessProbe' | 'readinessProbe' | 'startupProbe';

export function checkProbe(
  errors: FieldError[],
  probe: Probe | undefined,
  role: ProbeRole,
  gracePeriod: number | undefined,
  parent: FieldPath,
): void {
  if (!probe) return;
  const path = childPath(parent, role);
  checkHandler(errors, probe, gracePeriod, path);
  for (const counter of COUNTERS) checkNonNegative(errors, probe[counter], path, counter);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) errors.push(invalid(pathText(path, 'terminationGracePeriodSeconds'), grace, 'must be greater than 0'));
  if (role === 'readinessProbe') {
    if (grace !== undefined) errors.push(invalid(pathText(path, 'terminationGracePeriodSeconds'), grace, 'must not be set for readinessProbes'));
  } else if (probe.successThreshold !== 1) {
    errors.push(invalid(pathText(path, 'successThreshold'), probe.successThreshold ?? 0, 'must be 1'));
  }
}

/** `windows` or `linux`; undefined if the pod names neither. */
export function checkLifecycle(
  errors: FieldError[],
  lifecycle: Lifecycle | undefined,
  gracePeriod: number | undefined,
  os: string | undefined,
  parent: FieldPath,
): void {
  if (!lifecycle) return;
  const path = childPath(parent, 'lifecycle');
  if (lifecycle.postStart) checkHandler(errors, lifecycle.postStart, gracePeriod, childPath(path, 'postStart'));
  if (lifecycle.preStop) checkHandler(errors, lifecycle.preStop, gracePeriod, childPath(path, 'preStop'));
  if (lifecycle.stopSignal === undefined) return;
  if (os === undefined) errors.push(forbidden(pathText(path, 'stopSignal'), 'may not be set for containers with empty `spec.os.name`'));
  else if (os === 'windows') checkOptionalChoice(errors, lifecycle.stopSignal, ['SIGKILL', 'SIGTERM'], path, 'stopSignal');
  else if (!/^SIG[A-Z0-9]+([+-]\d+)?$/.test(lifecycle.stopSignal)) {
    errors.push(invalid(pathText(path, 'stopSignal'), lifecycle.stopSignal, 'must be the name of a signal, such as SIGTERM'));
  }
}

function checkHandler(errors: FieldError[], handler: Handler, gracePeriod: number | undefined, path: FieldPath): void {
  let found = false;
  const first = (name: keyof Handler): boolean => {
    if (!found) {
      found = true;
      return true;
    }
    errors.push(forbidden(pathText(path, name), 'may not specify more than 1 handler type'));
    return false;
  };
  if (handler.exec && first('exec') && (handler.exec.command ?? []).length === 0) errors.push(required(pathText(path, 'exec', 'command')));
  if (handler.httpGet && first('httpGet')) checkHttpGet(errors, handler.httpGet, childPath(path, 'httpGet'));
  if (handler.tcpSocket && first('tcpSocket')) checkPort(errors, handler.tcpSocket.port, childPath(path, 'tcpSocket'), 'port');
  if (handler.grpc && first('grpc')) checkPort(errors, handler.grpc.port, childPath(path, 'grpc'), 'port');
  if (handler.sleep && first('sleep')) {
    const seconds = handler.sleep.seconds ?? 0;
    if (gracePeriod !== undefined && (seconds < 0 || seconds > gracePeriod)) {
      errors.push(invalid(pathText(path, 'sleep'), seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`));
    }
  }
  if (!found) errors.push(required(pathText(path), 'must specify a handler type'));
}

function checkHttpGet(errors: FieldError[], action: HTTPGetAction, path: FieldPath): void {
  checkRequired(errors, action.path, path, 'path');
  checkPort(errors, action.port, path, 'port');
  checkOptionalChoice(errors, action.scheme ?? '', ['HTTP', 'HTTPS'], path, 'scheme');
  for (const header of action.httpHeaders ?? []) addFaults(errors, httpHeaderFaults(header.name ?? ''), header.name ?? '', path, 'httpHeaders');
}
