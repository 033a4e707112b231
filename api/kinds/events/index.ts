import type { KindGroup } from '../../definition/group.ts';
import { eventsEvents } from './event.ts';

export const eventsGroup: KindGroup = {
  name: 'events.k8s.io',
  rank: 17750,
  kinds: [eventsEvents],
};

export { EventsEvent, eventsEvents } from './event.ts';
