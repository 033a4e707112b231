/** Lets others have a turn of the event loop: resolves once what is due now has run. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
