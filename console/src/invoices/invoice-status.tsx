import type { InvoiceStatus } from '../api/bodies.ts';
import { words } from '../app/words.ts';
import classes from './invoice-status.module.css';

const tones: Record<InvoiceStatus, 'quiet' | 'moving' | 'good' | 'warning' | 'bad'> = {
  draft: 'quiet',
  queued: 'moving',
  stamping: 'moving',
  pending: 'warning',
  valid: 'good',
  rejected: 'bad',
  review: 'warning',
  expired: 'bad',
  canceled: 'quiet',
};

/** A status in one word and one colour; the word always stands, the colour only helps. */
export function StatusBadge({ status }: { status: InvoiceStatus }) {
  return (
    <span className={classes.badge} data-tone={tones[status]}>
      {words.status[status].name}
    </span>
  );
}
