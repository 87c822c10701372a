import { Button, Group } from '@mantine/core';
import { IconCalendar, IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import type { Invoice } from '../api/bodies.ts';
import { Confirm } from '../app/confirm.tsx';
import { addresses, Link } from '../app/router.tsx';
import { words } from '../app/words.ts';
import { invoiceName } from '../invoices/invoice-name.ts';
import { useReissueInvoice } from '../invoices/issue-invoice.ts';

/** The ways on for an invoice that was refused or came too late: both keep its folio. */
export function ReissueActions({ invoice }: { invoice: Invoice }) {
  const [asking, setAsking] = useState(false);
  const reissue = useReissueInvoice(invoice.id, () => setAsking(false));
  const expired = invoice.status === 'expired';
  const say = words.reissue;
  const name = invoiceName(invoice);
  const close = () => {
    setAsking(false);
    reissue.reset();
  };
  return (
    <Group gap="xs">
      {expired && (
        <Button
          leftSection={<IconCalendar size={16} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          {say.today}
        </Button>
      )}
      <Button
        variant={expired ? 'default' : 'filled'}
        leftSection={<IconPencil size={16} aria-hidden />}
        renderRoot={(props) => <Link href={addresses.correct(invoice.id)} {...props} />}
      >
        {say.correct}
      </Button>
      {asking && (
        <Confirm
          title={say.todayTitle(name)}
          means={say.todayMeans(name)}
          action={say.today}
          pending={reissue.isPending}
          error={reissue.error}
          failedTitle={words.issue.refused}
          onConfirm={() => reissue.mutate(null)}
          onClose={close}
        />
      )}
    </Group>
  );
}
