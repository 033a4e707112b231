import * as z from 'zod';
import { defaultDataDir } from '../config/data-dir.ts';
import { portSchema } from '../config/settings.ts';
import { machineName } from './machine.ts';

/** The options of `skiff agent`. */
export const agentOptions = {
  'node-name': { schema: z.string().default(machineName), help: "the node's name (default: the machine's)", value: 'NAME' },
  'node-ip': { schema: z.string().optional(), help: "the node's address (default: the machine's first)", value: 'IP' },
  port: { schema: portSchema.default(10250), help: "the port of the agent's server", value: 'PORT' },
  join: {
    schema: z.url({ error: 'must be a URL such as https://10.0.0.1:6443' }).optional(),
    help: 'join the cluster of this API server; with --token',
    value: 'URL',
  },
  token: { schema: z.string().optional(), help: "a token from 'skiff token create'", value: 'TOKEN' },
  'ca-hash': { schema: z.string().optional(), help: "the hash of the cluster's CA, as 'skiff token create' prints it", value: 'sha256:HEX' },
  'resolv-conf': { schema: z.string().optional(), help: "the node's resolvers (default: /etc/resolv.conf)", value: 'FILE' },
  'allowed-unsafe-sysctls': {
    schema: z
      .string()
      .default('')
      .transform((text) => text.split(',').filter((name) => name !== '')),
    help: "sysctls that pods may set beside the safe ones, such as 'kernel.msg*,net.core.somaxconn'",
    value: 'LIST',
  },
  simulate: { schema: z.boolean().default(false), help: 'simulated nodes: pods run in name only' },
  nodes: { schema: z.coerce.number().int().min(1).max(10_000).default(1), help: 'how many simulated nodes', value: 'N' },
  'log-level': { schema: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'), help: 'what is logged', value: 'LEVEL' },
  'data-dir': { schema: z.string().default(defaultDataDir), help: 'where everything is kept', value: 'DIR' },
};
