import { listLimitMax, listPageMax } from '../../facturapi/facturapi.ts';

/** Each company's recent invoices are held against FacturAPI this often. */
export const reconcileEveryMs = 15 * 60_000;
/**
 * A company with many invoices rests longer: so long for each page that a run read. However many
 * it has, its runs take four calls a minute of its limit at the most.
 */
export const pageRestMs = 15_000;
/** SAT takes a document for 72 hours after its date, so a new one may bear a date that old. */
export const overlapMs = 73 * 3_600_000;
/** FacturAPI's list may lag behind, and ours is written a moment after theirs. */
export const settleMs = 2 * 60_000;
/** After a page that could not be had. */
export const failedRestMs = 15 * 60_000;
/** Runs that one look starts; the others are as near as the next look. */
export const startedMax = 50;
/** Of ours that no page showed, so many are read at FacturAPI after one run. */
export const missingReadsMax = 500;
/** Of ours without a call, so many get one after one run. */
export const strandedMax = 200;

/** FacturAPI's bounds on its list. */
export interface ListBounds {
  readonly pageMax: number;
  readonly pageSize: number;
}
export const listBounds: ListBounds = { pageMax: listPageMax, pageSize: listLimitMax };
