import { flowSchemas } from '../../api/kinds/flowcontrol/flow-schema/index.ts';
import { MANDATORY_FLOW_SCHEMAS } from '../../api/kinds/flowcontrol/flow-schema/mandatory.ts';
import type { FlowSchema } from '../../api/kinds/flowcontrol/flow-schema/schema.ts';
import { CATCH_ALL } from '../../api/kinds/flowcontrol/names.ts';
import { priorityLevelConfigurations } from '../../api/kinds/flowcontrol/priority-level-configuration/index.ts';
import { MANDATORY_PRIORITY_LEVELS } from '../../api/kinds/flowcontrol/priority-level-configuration/mandatory.ts';
import type { PriorityLevelConfigurationSpec, QueuingConfiguration } from '../../api/kinds/flowcontrol/priority-level-configuration/schema.ts';
import type { BoundedMap } from '../../base/bounded-map.ts';
import { createBoundedMap } from '../../base/bounded-map.ts';
import type { Clock } from '../../base/clock.ts';
import type { UserInfo } from '../contract/request.ts';
import type { RequestInfo } from '../contract/request-info.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { createClassifier } from './classification.ts';
import type { FlowHistograms } from './flow-counts.ts';
import { FlowCounts } from './flow-counts.ts';
import type { SeatMarket } from './priority-level.ts';
import { PriorityLevel } from './priority-level.ts';
import { seatLimits } from './seats.ts';
import { dealtHand } from './shuffle-sharding.ts';

/** Flows of one flow schema whose hands are kept. */
const KEPT_HANDS = 1000;

/** A flow schema at work. */
export interface ServedSchema {
  readonly object: FlowSchema;
  readonly uid: string;
  readonly level: PriorityLevel;
  readonly counts: FlowCounts;
  /** Returns the queues of the flow that a request belongs to. */
  hand(user: UserInfo, info: RequestInfo, queuing: QueuingConfiguration): readonly number[];
}

/** The configuration of priority and fairness, as stored, at work. */
export interface FlowControl {
  /** Finds the flow schema of a request. Every request has one: what no other matches is left to `catch-all`. */
  classify(user: UserInfo, info: RequestInfo): ServedSchema;
  readonly levels: ReadonlyMap<string, PriorityLevel>;
  readonly counts: Iterable<FlowCounts>;
  /** Returns the name of the flow that a request belongs to, among those of a flow schema; empty for a schema that is gone. */
  distinguisher(schema: string, user: UserInfo | undefined, info: RequestInfo): string;
  /** Follows the stored objects from now on. */
  follow(objects: StorageAccess): void;
}

/** The flow that a request belongs to, among those of its schema. */
function distinguisherOf({ spec }: FlowSchema, user: UserInfo, info: RequestInfo): string {
  switch (spec?.distinguisherMethod?.type) {
    case 'ByUser':
      return user.name;
    case 'ByNamespace':
      return info.isResource ? info.accessNamespace : '';
    default:
      return '';
  }
}

/**
 * Puts flow schemas and priority levels to work, and keeps up with their changes: what has changed is read before the next request. Levels
 * keep their requests over a change. Mandatory objects that are not stored stand in with their fixed specs.
 */
export function createFlowControl(serverSeats: number, clock: Clock, histograms: (numbers: FlowControl) => FlowHistograms): FlowControl {
  const levels = new Map<string, PriorityLevel>();
  const counts = new Map<string, FlowCounts>();
  let objects: StorageAccess | undefined;
  let stale = true;
  let find: (user: UserInfo, info: RequestInfo) => ServedSchema | undefined = () => undefined;
  let last: ServedSchema | undefined;
  let served: ReadonlyMap<string, ServedSchema> = new Map();

  const market: SeatMarket = {
    waiting: 0,
    lentTo(borrower) {
      let seats = 0;
      for (const level of levels.values()) {
        if (level === borrower) continue;
        const { nominal, lower } = level.limits;
        seats += Math.max(0, nominal - Math.max(lower, level.demand));
        if (!level.isExempt) seats -= Math.max(0, level.occupied - nominal);
      }
      return seats;
    },
    dispatch() {
      for (const level of levels.values()) if (level.waiting > 0) level.dispatch();
    },
  };

  function readLevels(): void {
    const specs = new Map<string, PriorityLevelConfigurationSpec>(MANDATORY_PRIORITY_LEVELS);
    const uids = new Map<string, string>();
    for (const { metadata, spec } of objects?.list(priorityLevelConfigurations) ?? []) {
      if (!spec) continue;
      specs.set(metadata.name, spec);
      uids.set(metadata.name, metadata.uid);
    }
    const limits = seatLimits(specs, serverSeats);
    for (const name of levels.keys()) if (!specs.has(name)) levels.delete(name);
    for (const [name, spec] of specs) {
      const level = levels.get(name) ?? new PriorityLevel(name, clock, market);
      levels.set(name, level);
      level.configure(uids.get(name) ?? '', spec, limits.get(name) ?? { nominal: 0, lower: 0, upper: 0 });
    }
  }

  function schemaAtWork(object: FlowSchema, uid: string, level: PriorityLevel): ServedSchema {
    const name = object.metadata?.name ?? '';
    const id = `${level.name}/${name}`;
    const numbers = counts.get(id) ?? new FlowCounts(level.name, name, made);
    counts.set(id, numbers);
    const hands: BoundedMap<readonly number[]> = createBoundedMap(KEPT_HANDS);
    return {
      object,
      uid,
      level,
      counts: numbers,
      hand(user, info, { queues = 1, handSize = 1 }) {
        const flow = distinguisherOf(object, user, info);
        const key = `${queues}/${handSize}/${flow}`;
        let hand = hands.get(key);
        if (!hand) {
          hand = dealtHand(`${name}/${flow}`, queues, handSize);
          hands.set(key, hand);
        }
        return hand;
      },
    };
  }

  function readSchemas(): void {
    const found = new Map<string, { readonly object: FlowSchema; readonly uid: string }>();
    for (const [name, spec] of MANDATORY_FLOW_SCHEMAS) found.set(name, { object: { metadata: { name }, spec }, uid: '' });
    for (const object of objects?.list(flowSchemas) ?? []) found.set(object.metadata.name, { object, uid: object.metadata.uid });
    const schemas: ServedSchema[] = [];
    for (const { object, uid } of found.values()) {
      // A schema that names no level that is there is none, until there is one.
      const level = levels.get(object.spec?.priorityLevelConfiguration.name ?? '');
      if (level) schemas.push(schemaAtWork(object, uid, level));
    }
    const kept = new Set(schemas.map((schema) => schema.counts));
    for (const [id, each] of counts) if (!kept.has(each) && each.executing === 0 && each.inQueue === 0) counts.delete(id);
    find = createClassifier(schemas);
    served = new Map(schemas.map((schema) => [schema.object.metadata?.name ?? '', schema]));
    last = served.get(CATCH_ALL);
  }

  function refresh(): void {
    stale = false;
    readLevels();
    readSchemas();
  }

  const control: FlowControl = {
    classify(user, info) {
      if (stale) refresh();
      const schema = find(user, info) ?? last;
      if (!schema) throw new Error(`there is no flow schema ${CATCH_ALL}`);
      return schema;
    },
    get levels() {
      if (stale) refresh();
      return levels;
    },
    get counts() {
      if (stale) refresh();
      return counts.values();
    },
    distinguisher(schema, user, info) {
      const object = served.get(schema)?.object;
      return object && user ? distinguisherOf(object, user, info) : '';
    },
    follow(stored) {
      objects = stored;
      stale = true;
      const changed = () => {
        stale = true;
        // Those who wait must not wait for the next request to be given what the change gives them.
        if (market.waiting > 0) refresh();
      };
      stored.follow(priorityLevelConfigurations, changed);
      stored.follow(flowSchemas, changed);
    },
  };
  const made = histograms(control);
  return control;
}
