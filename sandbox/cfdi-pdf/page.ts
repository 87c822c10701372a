import type PDFKit from 'pdfkit';

/** The measures of the page, in points: letter size, the one that Mexico prints on. */
export const page = { left: 40, right: 572, top: 40, bottom: 742 } as const;
export const pageWidth = page.right - page.left;

export const ink = { text: '#1f2933', soft: '#616e7c', line: '#cbd2d9', band: '#f0f4f8' } as const;

export type Document = typeof PDFKit.prototype;

/**
 * The standard fonts know Windows-1252 alone. Other letters lose their accents or become a
 * question mark, rather than come out as somebody else's letters. Spaces run together as in the
 * XML; line breaks stay.
 */
export function printable(text: string): string {
  return [...text.replace(/[^\S\n]+/g, ' ')]
    .map((sign) => {
      if (known.test(sign)) return sign;
      const bare = sign.normalize('NFD').replace(/\p{M}/gu, '');
      return known.test(bare) ? bare : '?';
    })
    .join('');
}

const known = /^[\n\x20-\x7e\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]$/;

/** A line of text in a place, cut with an ellipsis where it does not fit. */
export function line(
  pdf: Document,
  text: string,
  at: { x: number; y: number; width: number; align?: 'left' | 'right' | 'center' },
): void {
  pdf.text(printable(text), at.x, at.y, {
    width: at.width,
    height: pdf.currentLineHeight(true),
    align: at.align ?? 'left',
    lineBreak: true,
    ellipsis: true,
  });
}

export function bold(pdf: Document, size: number, color: string = ink.text): void {
  pdf.font('Helvetica-Bold').fontSize(size).fillColor(color);
}

export function regular(pdf: Document, size: number, color: string = ink.text): void {
  pdf.font('Helvetica').fontSize(size).fillColor(color);
}

/** Thousands with commas and at least two decimals, trailing zeros beyond them dropped. */
export function money(amount: string): string {
  const [whole = '0', decimals = ''] = amount.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const needed = decimals.replace(/0+$/, '').padEnd(2, '0');
  return `${grouped}.${needed}`;
}
