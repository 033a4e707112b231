import { createHash } from 'node:crypto';

/** The bits of a flow's hash that deal its hand. */
const HASH_BITS = 60n;

/**
 * Deals a flow its hand: `handSize` of `deckSize` queues, distinct, chosen by the flow's name alone. Two flows share few of their queues,
 * so that a busy flow leaves every other one a queue of its own with high probability (k8s.io/apiserver/pkg/util/shufflesharding).
 */
export function dealtHand(flow: string, deckSize: number, handSize: number): number[] {
  let hash = createHash('sha256').update(flow).digest().readBigUInt64LE() >> (64n - HASH_BITS);
  const hand: number[] = [];
  for (let dealt = 0; dealt < handSize; dealt++) {
    const left = BigInt(deckSize - dealt);
    let card = Number(hash % left);
    hash /= left;
    // The card is one of those that are left: count past the smaller ones that are gone.
    for (const gone of [...hand].sort((a, b) => a - b)) if (card >= gone) card++;
    hand.push(card);
  }
  return hand;
}
