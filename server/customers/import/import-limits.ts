/** What an import may hold and take: a file of anybody's must not stop everybody. */

/** Of the file as it is sent. */
export const fileBytesMax = 50 * 1024 * 1024;
export const fileNameLengthMax = 200;
/** Rows with something in them, the headings aside. */
export const rowsMax = 200_000;
/** The last column that may hold something. */
export const columnsMax = 100;
/** As long as a cell of Excel's can be. */
export const cellLengthMax = 32_767;
/** A row of a CSV whole, line breaks in quotes included. */
export const recordLengthMax = 256 * 1024;
/** Titles above the headings. */
export const headingRowMax = 20;
/** How much of a rejected row's cell is kept for the file of errors. */
export const keptCellLengthMax = 500;

/** Of an .xlsx, which is a zip: all that is unpacked of it, counted while it is. */
export const unpackedBytesMax = 400 * 1024 * 1024;
/** Sheets of ordinary texts unpack to 5 to 15 times their size, those of empty cells to 30. */
export const unpackedRatioMax = 100;
/** Below it the ratio says nothing. */
export const unpackedRatioFromBytes = 1024 * 1024;
export const zipEntriesMax = 1_000;
/** Sheets, relationships: small parts that are read whole. */
export const xmlPartBytesMax = 1024 * 1024;
/** Between two tags: nobody's cell, and it would be held in memory whole. */
export const xmlTextBytesMax = 1024 * 1024;
/** Texts that the cells of an .xlsx refer to, held in memory while its rows are read. */
export const sharedTextBytesMax = 64 * 1024 * 1024;
export const sharedTextsMax = 4_000_000;

/** In PostgreSQL, and so what is held in memory at a time. */
export const chunkBytes = 256 * 1024;
/** Uploading, waiting or running ones of a company. */
export const openImportsMax = 5;
/** An upload that has not ended by then was broken off. */
export const uploadMsMax = 15 * 60_000;

/** Rows that are looked up, written and counted in one transaction. */
export const batchRows = 250;
/** Working all the time it would take a whole core from the searches: it rests as long as it works. */
export const restShare = 1;
export const restMsMin = 5;
export const restMsMax = 2_000;
/** Of the installation: each has a batch in one of the databases' connections. */
export const importsAtOnceMax = 2;
/** When others wait, an import goes back to the end of the line after this. */
export const turnMsMax = 20_000;
/** Claims without a row written: a file that ends its workers is not tried for ever. */
export const attemptsMax = 5;

export const leaseMs = 6_000;
export const heartbeatMs = 1_500;
/** How often a worker with nothing to do looks for an import whose worker died. */
export const lookEveryMs = 2_000;

/** Of each kind, in what a dry run shows. */
export const previewRowsMax = 20;
/** Of the list of a company's imports. */
export const importsListedMax = 20;

export const cleanEveryMs = 10 * 60_000;
export const dryRunKeptMs = 24 * 3_600_000;
export const rowsKeptMs = 30 * 24 * 3_600_000;
