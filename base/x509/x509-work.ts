import { createAuthority, issue, sign } from './issuing.ts';
import { createRequest, parseRequest } from './requests.ts';

/** The functions that need the X.509 library. */
export const x509Work = { createAuthority, issue, sign, createRequest, parseRequest };
