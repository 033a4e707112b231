import { describe, expect, it } from '@jest/globals';
import { createErrors, defaulted, stored, updateErrors } from '../../../definition/strategy.fixture.ts';
import { networkPolicies } from './index.ts';
import type { NetworkPolicyPeer, NetworkPolicyPort } from './schema.ts';

const { strategy } = networkPolicies;
const withPort = (port: NetworkPolicyPort) => ({ spec: { ingress: [{ ports: [port] }] } });
const withPeer = (peer: NetworkPolicyPeer) => ({ spec: { egress: [{ to: [peer] }] } });
const PORT = 'spec.ingress[0].ports[0]';
const PEER = 'spec.egress[0].to[0]';

describe('a NetworkPolicy', () => {
  it.each([
    [{}, ['Ingress']],
    [{ egress: [{}] }, ['Ingress', 'Egress']],
    [{ egress: [{}], policyTypes: ['Egress'] }, ['Egress']],
  ])('with %j is about %j', (spec, types) => {
    expect(defaulted(strategy, { spec }).spec?.policyTypes).toEqual(types);
  });

  it('is about TCP where a port names no protocol', () => {
    expect(defaulted(strategy, withPort({ port: 80 })).spec?.ingress).toEqual([{ ports: [{ port: 80, protocol: 'TCP' }] }]);
  });

  it.each<[NetworkPolicyPort, string[]]>([
    [{ port: 0 }, [`${PORT}.port: Invalid value: 0: must be between 1 and 65535, inclusive`]],
    [{ port: 80, endPort: 79 }, [`${PORT}.endPort: Invalid value: 80: must be greater than or equal to \`port\``]],
    [{ port: 'http', endPort: 90 }, [`${PORT}.endPort: Invalid value: 90: may not be specified when \`port\` is non-numeric`]],
    [{ endPort: 90 }, [`${PORT}.endPort: Invalid value: 90: may not be specified when \`port\` is not specified`]],
    [{ port: 80, protocol: 'ICMP' }, [`${PORT}.protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"`]],
    [{ port: 80, endPort: 90, protocol: 'SCTP' }, []],
  ])('with the port %j has the errors %j', (port, errors) => {
    expect(createErrors(strategy, withPort(port))).toEqual(errors);
  });

  it.each<[NetworkPolicyPeer, string[]]>([
    [{}, [`${PEER}: Required value: must specify a peer`]],
    [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }, [`${PEER}: Forbidden: may not specify both ipBlock and another peer`]],
    [{ ipBlock: { cidr: '' } }, [`${PEER}.ipBlock.cidr: Required value`]],
    [{ ipBlock: { cidr: 'x' } }, [`${PEER}.ipBlock.cidr: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`]],
    [
      { ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8', '11.0.0.0/16', '10.1.0.0/16'] } },
      [
        `${PEER}.ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of \`cidr\``,
        `${PEER}.ipBlock.except[1]: Invalid value: "11.0.0.0/16": must be a strict subset of \`cidr\``,
      ],
    ],
    [{ ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } }, []],
    [{ podSelector: {}, namespaceSelector: {} }, []],
  ])('with the peer %j has the errors %j', (peer, errors) => {
    expect(createErrors(strategy, withPeer(peer))).toEqual(errors);
  });

  it.each([
    [['Ingress', 'Other'], 'spec.policyTypes[1]: Unsupported value: "Other": supported values: "Ingress", "Egress"'],
    [['Ingress', 'Egress', 'Egress'], 'spec.policyTypes: Invalid value: ["Ingress","Egress","Egress"]: may not specify more than two policyTypes'],
  ])('is refused with the types %j', (policyTypes, error) => {
    expect(createErrors(strategy, { spec: { policyTypes } })).toEqual([error]);
  });

  it('keeps a range that it has already, whatever it looks like', () => {
    const old = stored(strategy, withPeer({ ipBlock: { cidr: 'old' } }));
    const errors = updateErrors(strategy, old, (policy) => {
      policy.spec?.egress?.push({ to: [{ ipBlock: { cidr: 'old' } }, { ipBlock: { cidr: 'new' } }] });
    });
    expect(errors).toEqual([expect.stringContaining('spec.egress[1].to[1].ipBlock.cidr: Invalid value: "new"')]);
  });
});
