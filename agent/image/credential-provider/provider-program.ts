import { join } from 'node:path';
import { parseGoDuration } from '../../../base/go-duration.ts';
import { isObject } from '../../../base/json.ts';
import { tryCommand } from '../../containerd/command.ts';
import type { CredentialProvider } from './provider-settings.ts';

export interface ProviderRequest {
  /** A repository, without tag and digest. */
  readonly image: string;
  readonly serviceAccountToken?: string;
  readonly serviceAccountAnnotations?: Readonly<Record<string, string>>;
}

export interface ProviderResponse {
  /** The images that the credentials may be kept for. */
  readonly cacheKeyType: 'Image' | 'Registry' | 'Global';
  /** Milliseconds; undefined for the provider's default. */
  readonly cacheMs: number | undefined;
  /** By the pattern of repositories that they are for. */
  readonly auth: Readonly<Record<string, { readonly username: string; readonly password: string }>>;
}

/** As kubelet's: enough for a program that tries again by itself. */
const TIMEOUT_MS = 60_000;
const CACHE_KEY_TYPES = ['Image', 'Registry', 'Global'] as const;

/**
 * Asks a provider's program: a request as JSON on its standard input, the response on its standard output.
 * @throws Error that says why there is none, without what the program has printed to its output: that may hold credentials.
 */
export async function askProvider(provider: CredentialProvider, directory: string, request: ProviderRequest): Promise<ProviderResponse> {
  const { name, apiVersion, args, env } = provider;
  const failed = `error execing credential provider plugin ${name} for image ${request.image}`;
  const input = JSON.stringify({ kind: 'CredentialProviderRequest', apiVersion, ...request });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const { code, stdout, stderr } = await tryCommand(join(directory, name), args, { input, env, signal }).catch((error: unknown) => {
    throw new Error(`${failed}: ${signal.aborted ? 'context deadline exceeded' : error instanceof Error ? error.message : String(error)}`);
  });
  if (code !== 0) throw new Error(`${failed}: exit status ${code}: ${stderr}`);
  return responseIn(stdout, apiVersion);
}

function responseIn(text: string, apiVersion: string): ProviderResponse {
  const response = parsed(text);
  if (response.apiVersion !== apiVersion) {
    const actual = String(response.apiVersion);
    throw new Error(`apiVersion from credential plugin response did not match expected apiVersion:${apiVersion}, actual apiVersion:${actual}`);
  }
  const { kind, cacheKeyType, cacheDuration } = response;
  const auth = response.auth ?? {};
  const isCredentials = (value: unknown): value is { username?: string; password?: string } =>
    isObject(value) && ['string', 'undefined'].includes(typeof value.username) && ['string', 'undefined'].includes(typeof value.password);
  const ms = typeof cacheDuration === 'string' ? parseGoDuration(cacheDuration) : undefined;
  if (kind !== 'CredentialProviderResponse' || !isObject(auth) || (cacheDuration != null && typeof ms !== 'number')) throw undecodable();
  const type = CACHE_KEY_TYPES.find((each) => each === cacheKeyType);
  if (!type) throw new Error(`credential provider plugin did not return a valid cacheKeyType: ${String(cacheKeyType ?? '')}`);
  const entries = Object.entries(auth).map(([pattern, value]) => {
    if (!isCredentials(value)) throw undecodable();
    return [pattern, { username: value.username ?? '', password: value.password ?? '' }] as const;
  });
  return { cacheKeyType: type, cacheMs: typeof ms === 'number' ? ms : undefined, auth: Object.fromEntries(entries) };
}

const undecodable = () => new Error('error decoding credential provider plugin response from stdout');

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Told below, without the text.
  }
  throw undecodable();
}
