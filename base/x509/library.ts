// The library needs the Reflect metadata API to be there first.
import 'reflect-metadata/lite';

export * as x509 from '@peculiar/x509';
