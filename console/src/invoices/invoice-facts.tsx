import { ActionIcon, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Invoice } from '../api/bodies.ts';
import { dateAndTime, money, quantity } from '../app/formats.ts';
import { words } from '../app/words.ts';
import classes from './invoice-view.module.css';
import { Sums } from './sums.tsx';

/** Who, when, what and how much. */
export function InvoiceFacts({ invoice }: { invoice: Invoice }) {
  const say = words.invoice;
  return (
    <div className="card">
      <dl className={classes.facts}>
        <Fact name={say.customer}>{invoice.customer.legal_name}</Fact>
        <Fact name={say.taxId}>
          <span className={classes.code}>{invoice.customer.tax_id}</span>
        </Fact>
        <Fact name={say.issuedAt}>{dateAndTime(invoice.created_at)}</Fact>
        {invoice.stamped_at && <Fact name={say.stampedAt}>{dateAndTime(invoice.stamped_at)}</Fact>}
        {invoice.uuid && (
          <Fact name={say.uuid} wide>
            <span className={classes.code}>{invoice.uuid}</span>
            <CopyUuid uuid={invoice.uuid} />
          </Fact>
        )}
      </dl>
      <Lines invoice={invoice} />
      <div className={classes.sums}>
        <Sums of={invoice} />
      </div>
    </div>
  );
}

function Lines({ invoice }: { invoice: Invoice }) {
  const say = words.invoice;
  return (
    <table className={classes.lines}>
      <caption className="spoken-only">{say.lines}</caption>
      <thead>
        <tr>
          <th scope="col">{say.quantity}</th>
          <th scope="col">{say.description}</th>
          <th scope="col">{say.price}</th>
        </tr>
      </thead>
      <tbody>
        {invoice.items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an issued invoice's lines never move
          <tr key={index}>
            <td>{quantity(item.quantity ?? 1)}</td>
            <td>{item.product.description}</td>
            <td>
              {money(item.product.price, invoice.currency)}
              {item.product.tax_included && <small>{say.taxIncluded}</small>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Fact({ name, wide, children }: { name: string; wide?: boolean; children: ReactNode }) {
  return (
    <div data-wide={wide}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function CopyUuid({ uuid }: { uuid: string }) {
  return (
    <CopyButton value={uuid}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="subtle"
          color={copied ? 'teal' : 'gray'}
          size="sm"
          aria-label={copied ? words.invoice.copied : words.invoice.copy}
          onClick={copy}
        >
          {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
        </ActionIcon>
      )}
    </CopyButton>
  );
}
