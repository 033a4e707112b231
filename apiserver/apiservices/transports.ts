import { X509Certificate } from 'node:crypto';
import { Agent } from 'node:https';
import { semanticEqual } from '../../base/equality.ts';
import { pemBlocks } from '../../base/pem.ts';
import type { Claim } from './claims.ts';

/**
 * The certificate by which this server proves to others that it may name users (upstream's --proxy-client-cert-file). PEM. It is read for each
 * connection, since it is renewed while the server runs.
 */
export interface FrontProxyIdentity {
  readonly certificate: string;
  readonly key: string;
}

/** Connections to the servers behind claims. */
export interface Transports {
  /** Returns the connections to the server of a claim, which last until the claim's spec or the identity changes. @throws Error for a bad caBundle. */
  of(claim: Claim): Agent;
  /** Closes the idle connections of a claim that is gone. */
  forget(name: string): void;
}

type Spec = Claim['apiService']['spec'];

interface Transport {
  readonly uid: string;
  spec: Spec;
  readonly certificate: string | undefined;
  readonly agent: Agent;
}

/** @throws Error with upstream's text for a bundle without a certificate. */
function authoritiesOf(caBundle: string): string {
  const pem = Buffer.from(caBundle, 'base64').toString('latin1');
  const blocks = pemBlocks(pem).filter(({ type }) => type === 'CERTIFICATE');
  if (blocks.length === 0) throw new Error('unable to load root certificates: unable to parse bytes as PEM block');
  try {
    new X509Certificate(pem);
  } catch (error) {
    throw new Error(`unable to load root certificates: failed to parse certificate: ${error instanceof Error ? error.message : String(error)}`);
  }
  return pem;
}

/** Whether the spec is the transport's. A write of the status makes a new object of it, which is compared once. */
function isSame(transport: Transport, spec: Spec): boolean {
  if (transport.spec === spec) return true;
  if (!semanticEqual(transport.spec, spec)) return false;
  transport.spec = spec;
  return true;
}

function closeIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

export function createTransports(identity: FrontProxyIdentity | undefined): Transports {
  const made = new Map<string, Transport>();
  const forget = (name: string) => {
    const old = made.get(name);
    if (!old) return;
    made.delete(name);
    // Requests under way end by themselves.
    closeIdle(old.agent);
  };
  return {
    of({ name, apiService, service }) {
      const { spec, metadata } = apiService;
      const known = made.get(name);
      const certificate = identity?.certificate;
      if (known && known.certificate === certificate && known.uid === metadata.uid && isSame(known, spec)) return known.agent;
      forget(name);
      const { caBundle = '', insecureSkipTLSVerify = false } = spec ?? {};
      const agent = new Agent({
        keepAlive: true,
        maxCachedSessions: 16,
        servername: `${service.name}.${service.namespace}.svc`,
        rejectUnauthorized: !insecureSkipTLSVerify,
        ...(caBundle === '' ? {} : { ca: authoritiesOf(caBundle) }),
        ...(identity ? { cert: identity.certificate, key: identity.key } : {}),
      });
      made.set(name, { uid: metadata.uid, spec, certificate, agent });
      return agent;
    },
    forget,
  };
}
