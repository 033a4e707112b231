/** A device of a plugin, as the node's pod resources show it. */
export interface PluginDeviceInfo {
  readonly resource: string;
  readonly id: string;
  readonly numaNodes: readonly number[];
}

/** A ResourceClaim that a container uses, and the devices that drivers have prepared for it. */
export interface ClaimInfo {
  readonly namespace: string;
  readonly name: string;
  readonly devices: readonly ClaimDeviceInfo[];
}

export interface ClaimDeviceInfo {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  /** Undefined unless the device is allocated several times. */
  readonly shareId: string | undefined;
  /** CDI names. */
  readonly cdiDevices: readonly string[];
}
