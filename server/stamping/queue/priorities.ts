/** Lower goes first. Inside a priority tenants take turns. */
export const priorities = {
  /** A person waits for these bytes now. */
  read: 0,
  /** A person issued one invoice. */
  interactive: 1,
  batch: 2,
  /** The XML of a stamped invoice: `valid` never waits for it. */
  housekeeping: 3,
  /** What FacturAPI held before: years of it may wait behind everything. */
  history: 4,
} as const;
