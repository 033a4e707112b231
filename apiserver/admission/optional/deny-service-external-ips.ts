import { services } from '../../../api/kinds/core/service/index.ts';
import { admitted, forbidden, handlesOnly } from '../admitted.ts';
import type { OptionalPlugin } from './optional-plugin.ts';

/** Refuses external IPs that a Service did not have before (plugin/pkg/admission/network/denyserviceexternalips). */
export const denyServiceExternalIps: OptionalPlugin = () => ({
  name: 'DenyServiceExternalIPs',
  handles: handlesOnly(services, 'create', 'update'),
  validate(attributes) {
    const write = admitted(services, attributes);
    const before = new Set(write?.old?.spec?.externalIPs);
    if (write?.object.spec?.externalIPs?.some((ip) => !before.has(ip))) {
      throw forbidden(attributes, 'Use of external IPs is denied by admission control');
    }
  },
});
