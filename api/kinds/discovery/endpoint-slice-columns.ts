import { ageColumn, firstThree, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { EndpointSlice } from './endpoint-slice.ts';

const portsText = ({ ports }: EndpointSlice): string =>
  firstThree(
    (ports ?? []).map(({ port, name }) => (port === undefined ? (name ?? '*') : String(port))),
    '<unset>',
  );

const endpointsText = ({ endpoints }: EndpointSlice): string =>
  firstThree(
    (endpoints ?? []).flatMap(({ addresses }) => addresses),
    '<unset>',
  );

export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  nameColumn,
  shown('AddressType', 'IPv4, IPv6 or FQDN.', (slice) => slice.addressType),
  shown('Ports', 'The ports of every endpoint in it.', portsText),
  shown('Endpoints', 'Their addresses.', endpointsText),
  ageColumn,
];
