/** scheduling.SystemCriticalPriority: from here on a pod matters more than the others of its node. */
export const SYSTEM_CRITICAL_PRIORITY = 2_000_000_000;
