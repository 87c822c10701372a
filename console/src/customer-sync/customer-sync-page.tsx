import { Button, Skeleton, Text } from '@mantine/core';
import { useState } from 'react';
import type { CustomerSync, Session } from '../api/bodies.ts';
import { Confirm } from '../app/confirm.tsx';
import { Fact, Facts } from '../app/facts.tsx';
import { dateAndTime, quantity } from '../app/formats.ts';
import { PageHead } from '../app/page-head.tsx';
import { addresses, Link } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { mayAdminister, mayIssue } from '../session/session.ts';
import classes from './customer-sync.module.css';
import { useSync, useSyncOrder } from './customer-sync.ts';
import { Differences } from './differences.tsx';

/** Beyond it the server does not count. */
const countedMax = 1_000;

/** Whether the directory and FacturAPI say the same, and what a person must decide for it. */
export function CustomerSyncPage({ session }: { session: Session }) {
  const sync = useSync();
  const say = words.sync;
  return (
    <div className={classes.page}>
      <Link className={classes.back} href={addresses.customers}>
        ← {say.back}
      </Link>
      <PageHead title={say.title} intro={say.intro} />
      {sync.isPending && <Skeleton height={200} radius="md" />}
      {sync.isError && !sync.data && (
        <Trouble error={sync.error} title={say.failed} onRetry={() => sync.refetch()} />
      )}
      {sync.data && (
        <>
          <State sync={sync.data} mayOrder={mayAdminister(session)} />
          {sync.data.state !== 'never' && (
            <Differences openCount={sync.data.differences_open} mayDecide={mayIssue(session)} />
          )}
        </>
      )}
    </div>
  );
}

function State({ sync, mayOrder }: { sync: CustomerSync; mayOrder: boolean }) {
  const say = words.sync;
  const isRunning = sync.state === 'running';
  const isKnown = sync.state !== 'never';
  return (
    <div className={`card ${classes.card}`}>
      <Facts>
        <Fact name={say.stateName}>
          <span role="status">{say.states[sync.state]}</span>
        </Fact>
        <Fact name={say.lastWhole}>
          {sync.all_finished_at ? dateAndTime(sync.all_finished_at) : say.none}
        </Fact>
        {sync.next_at && <Fact name={say.next}>{dateAndTime(sync.next_at)}</Fact>}
        {isKnown && <Fact name={say.waiting}>{counted(sync.waiting)}</Fact>}
        {isKnown && <Fact name={say.toDecide}>{counted(sync.differences_open)}</Fact>}
      </Facts>
      {isRunning && <Progress sync={sync} />}
      {isKnown && (
        <Text size="sm" c="dimmed" mt="sm">
          {say.brought(quantity(sync.created), quantity(sync.linked), quantity(sync.updated))}
        </Text>
      )}
      {sync.problem && (
        <Text size="sm" mt="sm">
          {say.problem(sync.problem)}
        </Text>
      )}
      <Text size="sm" c="dimmed" mt="sm">
        {say.how}
      </Text>
      {mayOrder && <Orders sync={sync} />}
    </div>
  );
}

function Progress({ sync: { seen, total } }: { sync: CustomerSync }) {
  const say = words.sync;
  const known = total > 0;
  return (
    <>
      <progress
        className={classes.progress}
        aria-label={say.states.running}
        {...(known ? { value: Math.min(seen, total), max: total } : {})}
      />
      <Text size="xs" c="dimmed" role="status" mt={4}>
        {known ? say.progress(quantity(seen), quantity(total)) : say.starting}
      </Text>
    </>
  );
}

function Orders({ sync }: { sync: CustomerSync }) {
  const [stopping, setStopping] = useState(false);
  const order = useSyncOrder(() => setStopping(false));
  const say = words.sync;
  const isOn = sync.state !== 'never' && sync.state !== 'off';
  return (
    <div className={classes.orders}>
      {sync.state !== 'running' && (
        <Button
          variant={isOn ? 'default' : 'filled'}
          loading={order.isPending && !stopping}
          onClick={() => order.mutate('start')}
        >
          {isOn ? say.again : say.start}
        </Button>
      )}
      {isOn && (
        <Button variant="subtle" onClick={() => setStopping(true)}>
          {say.stop}
        </Button>
      )}
      {order.isError && !stopping && <Trouble error={order.error} title={say.changeFailed} />}
      {stopping && (
        <Confirm
          title={say.stopTitle}
          means={say.stopMeans}
          action={say.stop}
          pending={order.isPending}
          error={order.error}
          failedTitle={say.changeFailed}
          onConfirm={() => order.mutate('stop')}
          onClose={() => setStopping(false)}
        />
      )}
    </div>
  );
}

function counted(count: number): string {
  return words.sync.count(quantity(count), count >= countedMax);
}
