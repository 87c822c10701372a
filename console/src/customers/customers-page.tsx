import { Button, SegmentedControl, Title } from '@mantine/core';
import { IconRefresh, IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { Session } from '../api/bodies.ts';
import { usePageTitle } from '../app/page-title.ts';
import { addresses, Link } from '../app/router.tsx';
import { words } from '../app/words.ts';
import { DirectoryFiles } from '../customer-import/directory-files.tsx';
import { mayIssue } from '../session/session.ts';
import { ArchivedList } from './archived-list.tsx';
import { CustomerSearchList } from './customer-search-list.tsx';
import classes from './customers-page.module.css';

/** The directory: whom the company invoices, found while one types. */
export function CustomersPage({ session }: { session: Session }) {
  const say = words.customers.list;
  const [which, setWhich] = useState<'active' | 'archived'>('active');
  usePageTitle(say.title);
  return (
    <section className={classes.page} aria-labelledby="customers-title">
      <div className={classes.heading}>
        <Title order={1} size="h2" id="customers-title">
          {say.title}
        </Title>
        <div className={classes.tools}>
          <DirectoryFiles mayImport={mayIssue(session)} />
          <Button
            variant="default"
            leftSection={<IconRefresh size={18} aria-hidden />}
            renderRoot={(props) => <Link href={addresses.customerSync} {...props} />}
          >
            {words.sync.open}
          </Button>
          {mayIssue(session) && (
            <Button
              leftSection={<IconUserPlus size={18} aria-hidden />}
              renderRoot={(props) => <Link href={addresses.newCustomer()} {...props} />}
            >
              {words.customers.create}
            </Button>
          )}
        </div>
      </div>
      <SegmentedControl
        className={classes.which}
        aria-label={say.which}
        data={[
          { value: 'active', label: say.active },
          { value: 'archived', label: say.archived },
        ]}
        value={which}
        onChange={(value) => setWhich(value as typeof which)}
        size="xs"
      />
      {which === 'active' ? <CustomerSearchList mayCreate={mayIssue(session)} /> : <ArchivedList />}
    </section>
  );
}
