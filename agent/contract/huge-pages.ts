/** The huge pages of one size that a machine has set aside. */
export interface HugePages {
  /** Bytes of one page. */
  readonly pageSize: number;
  /** Bytes of all of them. */
  readonly total: number;
}
