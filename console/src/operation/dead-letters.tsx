import { Button, Skeleton, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { DeadLetter } from '../api/bodies.ts';
import { Confirm } from '../app/confirm.tsx';
import { dateAndTime } from '../app/formats.ts';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { invoiceName } from '../invoices/invoice-name.ts';
import { type DeadLetterAction, useDeadLetter, useDeadLetters } from './operation.ts';
import classes from './operation-page.module.css';

interface Asked {
  letter: DeadLetter;
  action: DeadLetterAction;
}

/** Calls that nobody but a person takes up again. */
export function DeadLetters() {
  const dead = useDeadLetters();
  const [asked, setAsked] = useState<Asked | null>(null);
  const say = words.operation;
  const letters = dead.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <section className={`card ${classes.card}`} aria-labelledby="dead-title">
      <Title order={2} size="h5" id="dead-title">
        {say.dead}
      </Title>
      {dead.isPending && <Skeleton height={60} mt="sm" />}
      {dead.isError && !dead.data && (
        <Trouble error={dead.error} title={say.deadListFailed} onRetry={() => dead.refetch()} />
      )}
      {dead.data && letters.length === 0 && (
        <Text size="sm" c="dimmed" mt={6}>
          {say.noDead}
        </Text>
      )}
      <ul className={classes.rows}>
        {letters.map((letter) => (
          <li key={letter.id} className={classes.line}>
            <Told letter={letter} />
            <Button
              variant="default"
              size="xs"
              onClick={() => setAsked({ letter, action: actionFor(letter) })}
            >
              {actionFor(letter) === 'retry' ? say.retry : say.close}
            </Button>
            {letter.kind !== 'create_invoice' && (
              <Button
                variant="subtle"
                size="xs"
                onClick={() => setAsked({ letter, action: 'close' })}
              >
                {say.close}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {dead.hasNextPage && (
        <Button variant="subtle" size="compact-sm" mt="sm" onClick={() => dead.fetchNextPage()}>
          {words.reconciliation.more}
        </Button>
      )}
      {asked && <Decide {...asked} onClose={() => setAsked(null)} />}
    </section>
  );
}

/**
 * A stamp in doubt can be retried and its company alone may give it up; one that was decided
 * meanwhile can only be closed. The server says no to anything else.
 */
function actionFor({ kind, invoice }: DeadLetter): DeadLetterAction {
  return kind !== 'create_invoice' || invoice?.status === 'review' ? 'retry' : 'close';
}

function Told({ letter }: { letter: DeadLetter }) {
  const say = words.operation;
  const { invoice, problem, died_at } = letter;
  const { code, message } = (problem ?? {}) as { code?: string; message?: string };
  const kind = say.kinds[letter.kind] ?? letter.kind;
  return (
    <div>
      <p>
        <strong>{invoice ? `${kind} ${invoiceName(invoice)}` : kind}</strong> · {letter.tenant.name}
      </p>
      {(message ?? code) && <p>{message ?? code}</p>}
      <div className={classes.under}>
        <span>{say.attempts(letter.attempts)}</span>
        {died_at && <time dateTime={died_at}>{dateAndTime(died_at)}</time>}
        {code && message && <code>{code}</code>}
      </div>
    </div>
  );
}

function Decide({ letter, action, onClose }: Asked & { onClose: () => void }) {
  const act = useDeadLetter(letter.id, action, onClose);
  const say = words.operation;
  const retry = action === 'retry';
  return (
    <Confirm
      title={retry ? say.retryTitle : say.closeTitle}
      means={retry ? say.retryMeans : say.closeMeans}
      action={retry ? say.retry : say.close}
      why={{ label: say.why, required: true }}
      pending={act.isPending}
      error={act.error}
      failedTitle={say.deadFailed}
      onConfirm={({ why = '' }) => act.mutate(why)}
      onClose={onClose}
    />
  );
}
