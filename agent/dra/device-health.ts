import type { Clock } from '../../base/clock.ts';
import { HEALTH } from './messages.ts';
import type { HealthReport } from './plugin-client.ts';

/** The health of a device, as its driver reports it. */
export interface DeviceHealth {
  readonly health: 'Healthy' | 'Unhealthy' | 'Unknown';
  readonly message: string;
}

/** A device of a driver. */
export interface DeviceId {
  readonly pool: string;
  readonly device: string;
}

/** The health of the devices of this node. A report counts for the time that its driver names, otherwise for half a minute. */
export interface DeviceHealthTable {
  of(driver: string, id: DeviceId): DeviceHealth;
  /** Takes a report and returns the devices whose health has changed. */
  report(driver: string, report: HealthReport): readonly DeviceId[];
  /** Forgets a driver that no longer reports, and returns its devices. */
  forget(driver: string): readonly DeviceId[];
  /** Takes the health from devices whose last report is too old, and returns them by driver. */
  expire(): ReadonlyMap<string, readonly DeviceId[]>;
}

interface Entry extends DeviceHealth {
  readonly id: DeviceId;
  readonly timeoutMs: number;
  /** By the monotonic clock. */
  readonly reportedAt: number;
}

const UNKNOWN: DeviceHealth = { health: 'Unknown', message: '' };
const DEFAULT_TIMEOUT_MS = 30_000;
/** The API's limit of a message. */
const MAX_MESSAGE_LENGTH = 1024;

export function createDeviceHealthTable(clock: Clock): DeviceHealthTable {
  const drivers = new Map<string, Map<string, Entry>>();
  const isStale = ({ reportedAt, timeoutMs }: Entry) => clock.monotonic() - reportedAt > timeoutMs;

  const expired = (devices: Map<string, Entry>, reported: ReadonlySet<string>): readonly DeviceId[] => {
    const changed: DeviceId[] = [];
    for (const [key, entry] of devices) {
      if (reported.has(key) || entry.health === 'Unknown' || !isStale(entry)) continue;
      devices.set(key, { ...entry, ...UNKNOWN });
      changed.push(entry.id);
    }
    return changed;
  };

  return {
    of(driver, id) {
      const entry = drivers.get(driver)?.get(keyOf(id));
      return entry && !isStale(entry) ? entry : UNKNOWN;
    },
    report(driver, report) {
      const devices = drivers.get(driver) ?? new Map<string, Entry>();
      drivers.set(driver, devices);
      const changed: DeviceId[] = [];
      const reported = new Set<string>();
      for (const { device, health, health_check_timeout_seconds: seconds, message } of report) {
        const id = { pool: device?.pool_name ?? '', device: device?.device_name ?? '' };
        const key = keyOf(id);
        const entry: Entry = {
          id,
          health: health === HEALTH.HEALTHY ? 'Healthy' : health === HEALTH.UNHEALTHY ? 'Unhealthy' : 'Unknown',
          message: shortened(message),
          timeoutMs: seconds > 0 ? seconds * 1000 : DEFAULT_TIMEOUT_MS,
          reportedAt: clock.monotonic(),
        };
        const before = devices.get(key);
        if (before?.health !== entry.health || before.message !== entry.message || before.timeoutMs !== entry.timeoutMs) changed.push(id);
        devices.set(key, entry);
        reported.add(key);
      }
      return [...changed, ...expired(devices, reported)];
    },
    forget(driver) {
      const devices = [...(drivers.get(driver)?.values() ?? [])];
      drivers.delete(driver);
      return devices.map(({ id }) => id);
    },
    expire: () => new Map([...drivers].map(([driver, devices]) => [driver, expired(devices, NONE)])),
  };
}

const NONE: ReadonlySet<string> = new Set();
const keyOf = ({ pool, device }: DeviceId): string => `${pool}/${device}`;
const shortened = (message: string): string => (message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH - 3)}...`);
