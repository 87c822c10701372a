import { Button, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { Difference } from '../api/bodies.ts';
import { Confirm } from '../app/confirm.tsx';
import { dateAndTime } from '../app/formats.ts';
import { addresses, Link } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { useCloseDifference, useDifferences } from './reconciliation.ts';
import classes from './reconciliation-page.module.css';

/** What does not agree and nobody has looked at yet. */
export function Differences({ openCount }: { openCount: number }) {
  const differences = useDifferences(openCount);
  const [closing, setClosing] = useState<Difference | null>(null);
  const say = words.reconciliation;
  const open = differences.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <section className={`card ${classes.card}`} aria-labelledby="differences-title">
      <Title order={2} size="h5" id="differences-title">
        {say.differences}
      </Title>
      {differences.isError && !differences.data && (
        <Trouble error={differences.error} onRetry={() => differences.refetch()} />
      )}
      {differences.data && open.length === 0 && (
        <Text size="sm" c="dimmed" mt={6}>
          {say.none}
        </Text>
      )}
      {open.length > 0 && (
        <ul className={classes.differences}>
          {open.map((difference) => (
            <li key={difference.id}>
              <Told difference={difference} />
              <Button variant="default" size="xs" onClick={() => setClosing(difference)}>
                {say.close}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {differences.hasNextPage && (
        <Button
          variant="subtle"
          size="compact-sm"
          mt="sm"
          loading={differences.isFetchingNextPage}
          onClick={() => differences.fetchNextPage()}
        >
          {say.more}
        </Button>
      )}
      {closing && <Close difference={closing} onClose={() => setClosing(null)} />}
    </section>
  );
}

function Told({ difference }: { difference: Difference }) {
  const say = words.reconciliation;
  return (
    <div>
      <p>{difference.detail}</p>
      <div className={classes.under}>
        <span>{say.found(dateAndTime(difference.found_at))}</span>
        {difference.invoice && (
          <Link className={classes.link} href={addresses.invoice(difference.invoice)}>
            {say.seeInvoice}
          </Link>
        )}
      </div>
    </div>
  );
}

function Close({ difference, onClose }: { difference: Difference; onClose: () => void }) {
  const close = useCloseDifference(difference.id, onClose);
  const say = words.reconciliation;
  return (
    <Confirm
      title={say.closeTitle}
      means={say.closeMeans}
      action={say.close}
      why={{ label: words.review.why, hint: words.review.whyHint, required: true }}
      pending={close.isPending}
      error={close.error}
      failedTitle={say.closeFailed}
      onConfirm={({ why = '' }) => close.mutate(why)}
      onClose={onClose}
    />
  );
}
