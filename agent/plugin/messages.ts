import { bool, message, string, stringList } from '../../base/protobuf/message.ts';

/** Messages of kubelet's pluginregistration.v1. */

export const Empty = message({});
export const PluginInfo = message({ type: string(1), name: string(2), endpoint: string(3), supported_versions: stringList(4) });
export const RegistrationStatus = message({ plugin_registered: bool(1), error: string(2) });
