import { isIPv6 } from 'node:net';

/** Whether a text is an IPv6 address without a zone, as Go's net.ParseIP takes it. */
export const isIpv6 = (text: string): boolean => !text.includes('%') && isIPv6(text);
