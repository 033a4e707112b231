import * as z from 'zod';
import { secondsSchema } from '../settings.ts';

const secondsOrNone = z.union([z.literal('0').transform(() => 0), secondsSchema]);

/** The options of `skiff server` that concern the store and the life of the process. */
export const storeOptions = {
  'encryption-provider-config': {
    schema: z.string().optional(),
    help: 'the file (apiserver.config.k8s.io/v1 EncryptionConfiguration) that says which resources are stored encrypted, and with which keys',
    value: 'FILE',
  },
  'watchdog-timeout': {
    schema: secondsOrNone.default(60),
    help: 'the process ends, to be started again, when its event loop has been blocked this long (default 60s; 0: never)',
    value: 'SECONDS',
  },
};
