/** All customers that FacturAPI has are read this often: its list does not tell which changed. */
export const readAllEveryMs = 24 * 3_600_000;
/** Those that were made there since the last run. */
export const readNewEveryMs = 15 * 60_000;
/**
 * A company with many customers rests longer, so long for each page that a run read: a million
 * customers, 10,000 pages, are read once in some 42 hours.
 */
export const pageRestMs = 15_000;
/** Read once more each time: their list may lag behind a creation. */
export const overlapMs = 10 * 60_000;
/** What was brought in step within this time before a page was asked for may be shown as it was. */
export const listLagMs = 2 * 60_000;
/** After a page that could not be had. */
export const failedRestMs = 15 * 60_000;
/** Runs that one look starts; the others are as near as the next look, a minute later. */
export const startedMax = 50;
/** Customers of one company that one look asks to bring in step, and of all. */
export const askedOfCompanyMax = 100;
export const askedMax = 500;
/** Of ours that no page of a whole run showed, so many are looked for there after it. */
export const unseenMax = 500;
/** More customers of ours with one RFC are told apart by their names alone. */
export const sameTaxIdMax = 50;

/** A person waits for both together: bringing the customer in step, and the question itself. */
export const askWaitMsMax = 20_000;
