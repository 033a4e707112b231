/** Identifies a pool of devices: the names of drivers have no slash. */
export const poolId = (driver: string, pool: string): string => `${driver}/${pool}`;

/** Identifies a device: its name has no slash either. */
export const deviceId = (driver: string, pool: string, device: string): string => `${poolId(driver, pool)}/${device}`;
