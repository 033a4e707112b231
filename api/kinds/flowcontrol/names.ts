/** The names that stand for a flow schema, and for a priority level, whose specs every cluster has and nobody can change. */
export const EXEMPT = 'exempt';
export const CATCH_ALL = 'catch-all';
