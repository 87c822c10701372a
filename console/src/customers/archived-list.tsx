import { Button, Stack, Text } from '@mantine/core';
import { IconArchive } from '@tabler/icons-react';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { CustomerRows } from './customer-rows.tsx';
import { useArchivedCustomers } from './customers.ts';
import classes from './customers-page.module.css';

/** The way back for those that no search shows. */
export function ArchivedList() {
  const archived = useArchivedCustomers(true);
  const say = words.customers.list;
  const customers = archived.data?.pages.flatMap((page) => page.data);
  return (
    <div className="card">
      {archived.isPending && <CustomerRows.Waiting />}
      {archived.isError && !customers && (
        <div className={classes.padded}>
          <Trouble error={archived.error} title={say.failed} onRetry={() => archived.refetch()} />
        </div>
      )}
      {customers?.length === 0 && (
        <Stack align="center" gap={4} px={20} py={56}>
          <IconArchive size={32} stroke={1.4} color="var(--mantine-color-dimmed)" aria-hidden />
          <Text fw={600} size="sm" mt={4}>
            {say.noArchived}
          </Text>
          <Text c="dimmed" size="sm" ta="center">
            {say.noArchivedHint}
          </Text>
        </Stack>
      )}
      {customers && customers.length > 0 && <CustomerRows customers={customers} />}
      {archived.hasNextPage && (
        <div className={classes.more}>
          <Button
            variant="default"
            size="xs"
            loading={archived.isFetchingNextPage}
            onClick={() => archived.fetchNextPage()}
          >
            {say.more}
          </Button>
        </div>
      )}
    </div>
  );
}
