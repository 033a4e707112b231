import * as z from 'zod';
import { defaultDataDir } from '../data-dir.ts';
import { portSchema, secondsSchema, storeSetting } from '../settings.ts';
import { admissionOptions } from './admission.ts';
import { aggregationOptions } from './aggregation.ts';
import { auditOptions } from './audit.ts';
import { authenticationOptions } from './authentication.ts';
import { flowControlOptions } from './flow-control.ts';
import { horizontalPodAutoscalerOptions } from './horizontal-pod-autoscaler.ts';
import { kubeletOptions } from './kubelet.ts';
import { schedulerOptions } from './scheduler.ts';
import { storeOptions } from './store-options.ts';

/** The options of `skiff server`. */
export const serverOptions = {
  store: { schema: storeSetting.default('sqlite'), help: 'sqlite, etcd (a local one), memory, or etcd endpoints', value: 'STORE' },
  port: { schema: portSchema.default(6443), help: 'the port of the API', value: 'PORT' },
  'bind-address': { schema: z.string().optional(), help: 'the address to listen on (default: all)', value: 'IP' },
  'advertise-address': {
    schema: z.string().optional(),
    help: "the address by which pods and nodes reach the API (default: the machine's first)",
    value: 'IP',
  },
  controllers: {
    schema: z
      .string()
      .default('*')
      .transform((text) => text.split(',').filter((name) => name !== '')),
    help: "which controllers run: '*' all (default), NAME this one, -NAME all but this one, '' none; separated by commas",
    value: 'LIST',
  },
  scheduler: { schema: z.boolean().default(true), help: 'run the scheduler (--no-scheduler: another one binds the pods)' },
  'node-monitor-period': { schema: secondsSchema.default(5), help: 'how often the state of the nodes is looked at (default 5s)', value: 'SECONDS' },
  'node-monitor-grace-period': {
    schema: secondsSchema.default(40),
    help: 'how long a node may be silent before it counts as lost (default 40s)',
    value: 'SECONDS',
  },
  ...horizontalPodAutoscalerOptions,
  ...admissionOptions,
  ...storeOptions,
  ...flowControlOptions,
  ...authenticationOptions,
  ...auditOptions,
  ...aggregationOptions,
  ...kubeletOptions,
  ...schedulerOptions,
  'log-level': { schema: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'), help: 'what is logged', value: 'LEVEL' },
  'data-dir': { schema: z.string().default(defaultDataDir), help: 'where everything is kept', value: 'DIR' },
};
