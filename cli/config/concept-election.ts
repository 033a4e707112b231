/**
 * Times of the election among the replicas of `skiff controllers`. A candidate looks every 1 to 2.2 s: it takes a dead leader's place within
 * 10 s and two looks, under 15 s in all. Upstream's 15 s and 2 s may take 24 s.
 */
export const CONCEPT_ELECTION = { leaseMs: 10_000, renewDeadlineMs: 7_000, retryMs: 1_000 };
