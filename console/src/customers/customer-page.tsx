import { Stack, Text, Title } from '@mantine/core';
import type { CustomerRecord, Session } from '../api/bodies.ts';
import { Problem } from '../api/problem.ts';
import { Absent } from '../app/absent.tsx';
import { dateAndTime } from '../app/formats.ts';
import { usePageTitle } from '../app/page-title.ts';
import { RecordActions } from '../app/record-actions.tsx';
import { addresses, Link, navigate } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { Waiting } from '../app/waiting.tsx';
import { words } from '../app/words.ts';
import { CustomerStanding } from '../customer-sync/customer-standing.tsx';
import { mayIssue } from '../session/session.ts';
import { draftOfTyped } from './customer-draft.ts';
import { CustomerForm } from './customer-form.tsx';
import { CustomerHistory } from './customer-history.tsx';
import classes from './customer-page.module.css';
import { useCustomer, useCustomerLife } from './customers.ts';

/** What was searched and not found begins the new one. */
export function NewCustomerPage({ typed }: { typed: string }) {
  usePageTitle(words.customers.create);
  return (
    <div className={classes.page}>
      <Back />
      <Title order={1} size="h2">
        {words.customers.create}
      </Title>
      <div className={`card ${classes.card}`}>
        <CustomerForm
          starting={draftOfTyped(typed)}
          onSaved={({ id }) => navigate(addresses.customer(id))}
          onCancel={() => navigate(addresses.customers)}
          autoFocus
        />
      </div>
    </div>
  );
}

export function CustomerPage({ id, session }: { id: string; session: Session }) {
  const customer = useCustomer(id);
  usePageTitle(customer.data?.legal_name ?? words.shell.customers);
  const say = words.customers.page;
  if (customer.data) return <Shown customer={customer.data} mayEdit={mayIssue(session)} />;
  if (customer.isPending) return <Waiting />;
  const absent = customer.error instanceof Problem && customer.error.status === 404;
  return absent ? (
    <Absent
      title={say.notFound}
      hint={say.notFoundHint}
      href={addresses.customers}
      way={say.back}
    />
  ) : (
    <Trouble error={customer.error} title={say.loadFailed} onRetry={() => customer.refetch()} />
  );
}

function Shown({ customer, mayEdit }: { customer: CustomerRecord; mayEdit: boolean }) {
  const say = words.customers.page;
  return (
    <div className={classes.page}>
      <Back />
      <div className={classes.heading}>
        <div className={classes.name}>
          <Title order={1} size="h2">
            {customer.legal_name}
          </Title>
          <Text size="sm" c="dimmed">
            {say.updated(dateAndTime(customer.updated_at))}
          </Text>
        </div>
        {mayEdit && (
          <RecordActions
            known={customer}
            say={say}
            useLife={useCustomerLife}
            onRemoved={() => navigate(addresses.customers)}
          />
        )}
      </div>
      {customer.archived_at && (
        <div className={classes.archived}>
          <span className={classes.badge}>{say.archived}</span>
          <Text size="sm">{say.archivedMeans}</Text>
        </div>
      )}
      <Stack gap={16}>
        <div className={`card ${classes.card}`}>
          <CustomerForm
            key={customer.id}
            starting={customer}
            onSaved={() => {}}
            disabled={!mayEdit}
          />
        </div>
        <CustomerStanding customer={customer} mayAsk={mayEdit && !customer.archived_at} />
        <CustomerHistory customer={customer} />
      </Stack>
    </div>
  );
}

function Back() {
  return (
    <Link className={classes.back} href={addresses.customers}>
      ← {words.customers.page.back}
    </Link>
  );
}
