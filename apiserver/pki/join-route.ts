import { isIP } from 'node:net';
import * as z from 'zod';
import { errors } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { BOOTSTRAPPERS } from '../authn/groups.ts';
import type { Authorizer, Decision, UserRules } from '../contract/authorizer.ts';
import type { RouteHandler } from '../contract/route.ts';
import { jsonResponse } from '../encode/plain-response.ts';
import { decodeBody } from '../request/body.ts';
import type { KeyPair } from './certificate-authority.ts';
import { signCertificateRequest } from './certificate-authority.ts';
import { nodeSubject, PROXY_SUBJECT } from './cluster-pki.ts';

/** The path where a node with a bootstrap token asks for its certificates. */
export const JOIN_PATH = '/skiff.dev/v1/join';

const name = z.string().regex(/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/, 'must be a lower-case DNS name');
const JoinRequest = z.object({
  nodeName: name,
  /** The node's addresses, for its serving certificate. */
  ips: z.array(z.string().refine((ip) => isIP(ip) !== 0, 'must be an IP address')).max(64),
  clientRequest: z.string().max(16_384),
  servingRequest: z.string().max(16_384),
  proxyRequest: z.string().max(16_384),
});

/** A node's certificate requests (PKCS#10, PEM), signed with the keys it made. */
export type JoinRequest = z.output<typeof JoinRequest>;
/** The certificates of a node; all PEM. */
export interface JoinAnswer {
  readonly ca: string;
  readonly clientCertificate: string;
  readonly servingCertificate: string;
  readonly proxyCertificate: string;
}

/**
 * Signs the certificates of a node that joins. The subjects are always those of the node it names and of its proxy; the requests' own subjects are ignored.
 * Only holders of a bootstrap token and cluster administrators may ask.
 */
export function joinRoute(ca: KeyPair, clock: Clock): RouteHandler {
  return {
    path: JOIN_PATH,
    async handle(request, user) {
      if (request.method !== 'POST') throw errors.methodNotAllowed({ group: '', plural: 'join', kind: 'Join' }, request.method.toLowerCase());
      if (!user.groups.includes(BOOTSTRAPPERS) && !user.groups.includes('system:masters')) {
        throw errors.forbidden({ group: '', plural: 'nodes', kind: 'Node' }, '', `User "${user.name}" has no token with which a node may join`);
      }
      const parsed = JoinRequest.safeParse(decodeBody(request)?.value);
      if (!parsed.success) {
        throw errors.badRequest(
          `the request to join is not valid: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
        );
      }
      const { nodeName, ips, clientRequest, servingRequest, proxyRequest } = parsed.data;
      const ofNode = nodeSubject(nodeName);
      const now = clock.now();
      const sign = (pem: string, usage: 'client' | 'server', subject = ofNode) =>
        signCertificateRequest(ca, pem, subject, { now, usages: [usage], ...(usage === 'server' ? { sans: { names: [nodeName], ips } } : {}) }).catch(
          (error: unknown) => {
            throw errors.badRequest(`${usage}Request: ${error instanceof Error ? error.message : String(error)}`);
          },
        );
      const [clientCertificate, servingCertificate, proxyCertificate] = await Promise.all([
        sign(clientRequest, 'client'),
        sign(servingRequest, 'server'),
        sign(proxyRequest, 'client', PROXY_SUBJECT),
      ]);
      return jsonResponse(200, { ca: ca.certificate, clientCertificate, servingCertificate, proxyCertificate } satisfies JoinAnswer);
    },
  };
}

const OTHERS: Decision = { verdict: 'no opinion' };
const JOINS: Decision = { verdict: 'allow' };
const ONLY_JOINS: Decision = { verdict: 'deny', reason: 'a bootstrap token only lets a node join' };
const JOIN_RULES: UserRules = {
  resourceRules: [],
  nonResourceRules: [{ verbs: ['post'], nonResourceURLs: [JOIN_PATH] }],
  incomplete: false,
  exclusive: true,
};
const NO_RULES: UserRules = { resourceRules: [], nonResourceRules: [], incomplete: false };

/** A bootstrap token is good for joining a node and for nothing else, whatever other authorizers would allow. */
export const bootstrappersMayJoin: Authorizer = {
  authorize({ user, isResource, path }) {
    if (!user.groups.includes(BOOTSTRAPPERS)) return OTHERS;
    return !isResource && path === JOIN_PATH ? JOINS : ONLY_JOINS;
  },
  rulesFor: (user) => (user.groups.includes(BOOTSTRAPPERS) ? JOIN_RULES : NO_RULES),
};
