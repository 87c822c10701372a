import { Button, Skeleton, Text, Title } from '@mantine/core';
import type { CustomerRecord, CustomerHistory as History } from '../api/bodies.ts';
import { dateAndTime } from '../app/formats.ts';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import classes from './customer-page.module.css';
import { useCustomerHistory } from './customers.ts';
import { fieldName, inFormOrder } from './field-name.ts';

type Entry = History['data'][number];
type Change = Entry['changes'][number];

/** Who changed what, newest first. */
export function CustomerHistory({ customer }: { customer: CustomerRecord }) {
  const history = useCustomerHistory(customer);
  const say = words.customers.page;
  const entries = history.data?.pages.flatMap((page) => page.data);
  return (
    <section className={`card ${classes.card}`} aria-labelledby="customer-history">
      <Title order={2} size="h5" id="customer-history">
        {say.history}
      </Title>
      {history.isPending && <Skeleton height={80} mt="md" />}
      {history.isError && !entries && (
        <Trouble
          error={history.error}
          title={say.historyFailed}
          onRetry={() => history.refetch()}
        />
      )}
      {entries?.length === 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {say.noHistory}
        </Text>
      )}
      {entries && entries.length > 0 && (
        <ol className={classes.entries}>
          {entries.map((entry) => (
            <li key={entry.version}>
              <What entry={entry} />
              <small>
                <time dateTime={entry.at}>{dateAndTime(entry.at)}</time>
                {entry.via ? ` ${say.vias[entry.via]}` : entry.by && ` ${say.by(entry.by)}`}
              </small>
            </li>
          ))}
        </ol>
      )}
      {history.hasNextPage && (
        <Button
          mt="sm"
          variant="default"
          size="xs"
          loading={history.isFetchingNextPage}
          onClick={() => history.fetchNextPage()}
        >
          {words.customers.list.more}
        </Button>
      )}
    </section>
  );
}

function What({ entry }: { entry: Entry }) {
  const say = words.customers.page;
  if (entry.changes.length === 0) return <p>{say.created}</p>;
  const archived = entry.changes.find(({ field }) => field === 'archived_at');
  const changes = inFormOrder(entry.changes.filter(({ field }) => field !== 'archived_at'));
  return (
    <>
      {archived && <p>{archived.after ? say.archivedChange : say.restoredChange}</p>}
      {changes.length > 0 && (
        <dl className={classes.changes}>
          {changes.map(({ field, before, after }) => (
            <div key={field} style={{ display: 'contents' }}>
              <dt>{fieldName(field)}</dt>
              <dd>
                {isNone(before) ? <Nothing /> : <del>{shown(before)}</del>} →{' '}
                {isNone(after) ? <Nothing /> : <ins>{shown(after)}</ins>}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

function Nothing() {
  return <i>{words.customers.conflict.nothing}</i>;
}

function isNone(value: Change['before']): boolean {
  return value === null || value === '';
}

function shown(value: Change['before']): string {
  if (typeof value !== 'boolean') return value ?? '';
  return value ? words.customers.page.yes : words.customers.page.no;
}
