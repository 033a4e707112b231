import { expect, it } from '@jest/globals';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import { namespaces } from '../../../api/kinds/core/namespace.ts';
import { errors } from '../../../api/meta/status-error.ts';
import { samplesOf } from '../../../runtime/observe/metric-samples.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { rootCaController } from './controller.ts';

it('publishes the certificate in a namespace, and counts its looks by their outcome', async () => {
  const stub = createStubEnv(rootCaController({ namespaces, configMaps }, 'PEM'));
  await stub.client.create(namespaces, { metadata: { name: 'shop' } });
  await stub.catchUp(namespaces);
  stub.client.failNext('create configmaps', errors.forbidden(configMaps, '', 'no'));
  await expect(stub.reconcile('shop', '')).rejects.toThrow('no');
  await stub.reconcile('shop', '');
  expect((await stub.client.get(configMaps, { namespace: 'shop', name: 'kube-root-ca.crt' })).data).toEqual({ 'ca.crt': 'PEM' });
  const total = 'root_ca_cert_publisher_sync_total';
  expect(await samplesOf(stub.registry, total)).toEqual([`${total}{code="403"} 1`, `${total}{code="200"} 1`]);
});
