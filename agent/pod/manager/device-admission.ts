import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { PluginDevices } from '../../contract/plugin-devices.ts';
import type { Rejection } from './rejection.ts';

/** Gives a pod its devices, or says why the node does not take it. The text is kubelet's (pkg/kubelet/cm/admission/errors.go). */
export async function allocateDevices(pluginDevices: PluginDevices, pod: Live<Pod>): Promise<Rejection | undefined> {
  try {
    await pluginDevices.allocate(pod);
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { reason: 'UnexpectedAdmissionError', message: `Allocate failed due to ${why}, which is unexpected` };
  }
}
