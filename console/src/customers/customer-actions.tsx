import { Button } from '@mantine/core';
import { IconArchive, IconArrowBackUp, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { CustomerRecord } from '../api/bodies.ts';
import { Confirm } from '../app/confirm.tsx';
import { addresses, navigate } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import classes from './customer-page.module.css';
import { useCustomerLife } from './customers.ts';

type Asked = 'archive' | 'remove';

/** How a customer leaves and comes back. */
export function CustomerActions({ customer }: { customer: CustomerRecord }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const say = words.customers.page;
  const life = useCustomerLife((left) => {
    setAsked(null);
    if (!left) navigate(addresses.customers);
  });
  const ask = (verb: Asked) => {
    life.reset();
    setAsked(verb);
  };
  const small = { size: 18, 'aria-hidden': true } as const;
  return (
    <>
      <div className={classes.actions}>
        {customer.archived_at ? (
          <Button
            variant="default"
            leftSection={<IconArrowBackUp {...small} />}
            loading={life.isPending}
            onClick={() => life.mutate({ verb: 'restore', known: customer })}
          >
            {say.restore}
          </Button>
        ) : (
          <Button
            variant="default"
            leftSection={<IconArchive {...small} />}
            onClick={() => ask('archive')}
          >
            {say.archive}
          </Button>
        )}
        <Button
          variant="default"
          leftSection={<IconTrash {...small} />}
          onClick={() => ask('remove')}
        >
          {say.remove}
        </Button>
      </div>
      {asked === null && life.isError && (
        <Trouble error={life.error} title={say.changeFailed} onRetry={() => life.reset()} />
      )}
      {asked && (
        <Confirm
          title={asked === 'archive' ? say.archiveTitle : say.removeTitle}
          means={asked === 'archive' ? say.archiveMeans : say.removeMeans}
          action={asked === 'archive' ? say.archive : say.remove}
          danger={asked === 'remove'}
          pending={life.isPending}
          error={life.error}
          failedTitle={say.changeFailed}
          onConfirm={() => life.mutate({ verb: asked, known: customer })}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}
