import { enumeration, int64, message, nested, nestedList, optional, string, stringList } from '../../base/protobuf/message.ts';

/** Messages of kubelet's dra.v1, which dra.v1beta1 shares but for a device's `share_id`, and of its dra-health.v1alpha1. */

/** The requests of NodePrepareResources and NodeUnprepareResources. */
export const ClaimsRequest = message({ claims: nestedList(1, message({ namespace: string(1), uid: string(2), name: string(3) })) });

const Device = message({
  request_names: stringList(1),
  pool_name: string(2),
  device_name: string(3),
  cdi_device_ids: stringList(4),
  share_id: optional(string(5)),
});
/** Results by the UIDs of claims: each entry of the map is a message. */
export const PrepareResponse = message({
  claims: nestedList(1, message({ key: string(1), value: nested(2, message({ devices: nestedList(1, Device), error: string(2) })) })),
});
export const UnprepareResponse = message({
  claims: nestedList(1, message({ key: string(1), value: nested(2, message({ error: string(1) })) })),
});

export const WatchRequest = message({});
export const HEALTH = { UNKNOWN: 0, HEALTHY: 1, UNHEALTHY: 2 } as const;
export const WatchResponse = message({
  devices: nestedList(
    1,
    message({
      device: nested(1, message({ pool_name: string(1), device_name: string(2) })),
      health: enumeration(2),
      last_updated_time: int64(3),
      health_check_timeout_seconds: int64(4),
      message: string(5),
    }),
  ),
});
