import { MAX_REQUEST_BYTES } from '../../../store/store-error.ts';

/**
 * The keys that one object of a long body may have. V8 moves the table of one more in a step of about 100 ms. The store takes no map of so many
 * texts; only small numbers under names of three characters would fit.
 */
export const MAX_KEYS = 174_762;

/** The items that one list of a long body may have: the store takes no more, for each is written as two bytes at least. */
export const MAX_ITEMS = MAX_REQUEST_BYTES / 2;

/** The structures that one list may have: each is written as three bytes at least. */
export const MAX_STRUCTURES = MAX_REQUEST_BYTES / 3;
