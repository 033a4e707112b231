import * as z from 'zod';
import { defaultDataDir } from '../config/data-dir.ts';
import { pathSchema } from '../config/server/option-schemas.ts';
import { portSchema } from '../config/settings.ts';
import { machineName } from './machine.ts';
import { nodeLabelsOption } from './node-labels.ts';

/** The options of `skiff agent`. */
export const agentOptions = {
  'node-name': { schema: z.string().default(machineName), help: "the node's name (default: the machine's)", value: 'NAME' },
  'node-ip': { schema: z.string().optional(), help: "the node's address (default: the machine's first)", value: 'IP' },
  ...nodeLabelsOption,
  port: { schema: portSchema.default(10250), help: "the port of the agent's server", value: 'PORT' },
  join: {
    schema: z.url({ error: 'must be a URL such as https://10.0.0.1:6443' }).optional(),
    help: 'join the cluster of this API server; with --token',
    value: 'URL',
  },
  token: { schema: z.string().optional(), help: "a token from 'skiff token create'", value: 'TOKEN' },
  'ca-hash': {
    schema: z.string().optional(),
    help: "the hash of the cluster's CA, as 'skiff token create' or kubeadm prints it",
    value: 'sha256:HEX',
  },
  kubeconfig: { schema: pathSchema, help: 'join with the credentials of the node in this file, if it is there', value: 'FILE' },
  'bootstrap-kubeconfig': { schema: pathSchema, help: 'otherwise request them with the credentials in this one', value: 'FILE' },
  'proxy-kubeconfig': {
    schema: pathSchema,
    help: 'credentials for proxy, routes and DNS of a joined node (default: they are requested)',
    value: 'FILE',
  },
  proxy: { schema: z.boolean().default(true), help: 'serve services on this node (--no-proxy: another proxy does)' },
  dns: { schema: z.boolean().default(true), help: "serve the cluster's names on this node (--no-dns: a service of the cluster does)" },
  'cluster-dns': {
    schema: z.ipv4('must be an IPv4 address').default('10.96.0.10'),
    help: 'where pods send DNS requests (default 10.96.0.10)',
    value: 'IP',
  },
  'cluster-domain': { schema: z.string().min(1).default('cluster.local'), help: "the cluster's domain (default cluster.local)", value: 'DOMAIN' },
  'service-cluster-ip-range': {
    schema: z.cidrv4('must be a range such as 10.96.0.0/12').default('10.96.0.0/12'),
    help: "the range of services' addresses (default 10.96.0.0/12)",
    value: 'CIDR',
  },
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
