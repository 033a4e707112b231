import { randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { systemClock } from '../../base/clock.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import { createJoinToken } from '../cluster/joining.ts';
import { parseOptions, UsageError } from '../config/options.ts';
import { clusterOptions, layoutFor, loadSettings } from '../config/settings.ts';
import { caHashOf } from '../node/authority.ts';
import { machineIps } from '../node/machine.ts';

const options = {
  ttl: {
    schema: z.coerce.number({ error: 'must be a number of hours' }).positive('must be more than 0').default(24),
    help: 'how long the token lets nodes join',
    value: 'HOURS',
  },
  ...clusterOptions,
};

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** Draws each character with equal chance: bytes past the alphabet's last whole multiple are drawn again. */
function randomText(length: number): string {
  let text = '';
  while (text.length < length) for (const byte of randomBytes(length)) if (byte < 252 && text.length < length) text += ALPHABET[byte % 36];
  return text;
}

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('token', 'Makes a token with which nodes may join, and prints how.', options, args, 'create');
  if (!parsed) return 0;
  if (parsed.positionals.join(' ') !== 'create') throw new UsageError("say 'skiff token create'");
  const layout = layoutFor(parsed.options);
  if (!existsSync(layout.adminKubeconfig)) throw new Error(`there is no cluster in ${layout.dataDir}: start one with 'skiff up'`);
  const client = createHttpsClient(await kubeconfigCredentials(layout.adminKubeconfig));
  const [id, secret] = [randomText(6), randomText(16)];
  const authority = readFileSync(join(layout.pki, 'ca.crt'), 'utf8');
  const server = `https://${machineIps()[0] ?? '127.0.0.1'}:${loadSettings(layout).port}`;
  await createJoinToken(client, { id, secret, expires: systemClock.now() + parsed.options.ttl * 3_600_000 }, server, authority);
  console.log(`skiff agent --join ${server} --token ${id}.${secret} --ca-hash ${caHashOf(new X509Certificate(authority).raw)}`);
  return 0;
}
