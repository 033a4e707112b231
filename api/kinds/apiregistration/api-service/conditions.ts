import { timeText } from '../../../../base/clock.ts';
import type { APIService, APIServiceCondition } from './schema.ts';

/** The only type of condition that the system sets: the server of the version can be reached. */
const AVAILABLE = 'Available';

/** A condition without the time of its transition. */
export type Availability = Required<Pick<APIServiceCondition, 'status' | 'reason' | 'message'>>;

/** The availability of a version that this server serves itself. */
export const LOCAL: Availability = { status: 'True', reason: 'Local', message: 'Local APIServices are always available' };

/** Returns the condition Available, if there is one. */
export const availabilityOf = ({ status }: APIService): APIServiceCondition | undefined => status?.conditions?.find(({ type }) => type === AVAILABLE);

/** Whether the condition Available is present and true. */
export const isAvailable = (apiService: APIService): boolean => availabilityOf(apiService)?.status === 'True';

/**
 * Returns the conditions of an APIService with this availability; the same array if that is what they say. The time of transition changes with
 * the status alone. `now` in milliseconds since the epoch.
 */
export function withAvailability(apiService: APIService, { status, reason, message }: Availability, now: number): APIServiceCondition[] {
  const conditions = apiService.status?.conditions ?? [];
  const old = availabilityOf(apiService);
  if (!old) return [...conditions, { lastTransitionTime: timeText(now), message, reason, status, type: AVAILABLE }];
  if (old.status === status && old.reason === reason && old.message === message) return conditions;
  const lastTransitionTime = old.status === status ? old.lastTransitionTime : timeText(now);
  return conditions.map((condition) => (condition === old ? { ...old, lastTransitionTime, message, reason, status } : condition));
}
