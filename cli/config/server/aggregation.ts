import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { AggregationSettings } from '../../../apiserver/apiservices/aggregation.ts';
import { UsageError } from '../options.ts';
import { booleanSchema, pathSchema } from './option-schemas.ts';
import { textOf } from './text-files.ts';

/** The options of `skiff server` for API servers that extend it, under upstream's names. */
export const aggregationOptions = {
  'proxy-client-cert-file': {
    schema: pathSchema,
    help: "the client certificate for API servers behind APIServices (default: one of the cluster's own front-proxy authority)",
    value: 'FILE',
  },
  'proxy-client-key-file': { schema: pathSchema, help: 'the key of --proxy-client-cert-file', value: 'FILE' },
  'enable-aggregator-routing': {
    schema: booleanSchema,
    help: "call the endpoints of an APIService's service, not its cluster address (default true)",
    value: 'BOOL',
  },
  'aggregator-reject-forwarding-redirect': {
    schema: booleanSchema,
    help: 'refuse answers of API servers behind APIServices that redirect (default true)',
    value: 'BOOL',
  },
};

interface Flags {
  readonly 'proxy-client-cert-file'?: string | undefined;
  readonly 'proxy-client-key-file'?: string | undefined;
  readonly 'enable-aggregator-routing'?: boolean | undefined;
  readonly 'aggregator-reject-forwarding-redirect'?: boolean | undefined;
}

/** Reads the files that the options name. @throws UsageError naming the option and the remedy. */
export async function aggregationSettings(flags: Flags): Promise<AggregationSettings> {
  const [certificateFile, keyFile] = [flags['proxy-client-cert-file'], flags['proxy-client-key-file']];
  const settings = {
    toEndpoints: flags['enable-aggregator-routing'] ?? true,
    rejectRedirects: flags['aggregator-reject-forwarding-redirect'] ?? true,
  };
  if (certificateFile === undefined && keyFile === undefined) return settings;
  if (certificateFile === undefined || keyFile === undefined)
    throw new UsageError('--proxy-client-cert-file and --proxy-client-key-file belong together: give both, or neither');
  const [certificate, key] = await Promise.all([textOf('proxy-client-cert-file', certificateFile), textOf('proxy-client-key-file', keyFile)]);
  return { ...settings, identity: checkedPair(certificate, key) };
}

/** @throws UsageError for what is no certificate or no key, or a key of another certificate. */
function checkedPair(certificate: string, key: string): { readonly certificate: string; readonly key: string } {
  let belongs: boolean;
  try {
    belongs = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch (error) {
    throw new UsageError(`--proxy-client-cert-file, --proxy-client-key-file: ${error instanceof Error ? error.message : error}: give PEM files`);
  }
  if (!belongs) throw new UsageError('--proxy-client-key-file is not the key of the certificate in --proxy-client-cert-file');
  return { certificate, key };
}
