import { Skeleton, Title } from '@mantine/core';
import type { Invoice, InvoiceHistory } from '../api/bodies.ts';
import { clockTime, momentOf, quantity } from '../app/formats.ts';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { invoiceName } from '../invoices/invoice-name.ts';
import { useInvoiceHistory } from './invoice-history.ts';
import classes from './timeline.module.css';
import { type ToldEntry, toldEntries, toneOf } from './told-entries.ts';

/** Everything that happened to the invoice, oldest first, and what comes next. */
export function Timeline({ invoice }: { invoice: Invoice }) {
  const history = useInvoiceHistory(invoice.id, invoice.status);
  return (
    <section className={`card ${classes.card}`} aria-labelledby="history-title">
      <Title order={2} size="h5" id="history-title">
        {words.history.title}
      </Title>
      {history.data && (
        <ol className={classes.entries}>
          <li data-tone="quiet">
            <p>{words.history.issued(invoiceName(invoice))}</p>
            <small>
              <time dateTime={invoice.created_at}>{momentOf(invoice.created_at)}</time>
            </small>
          </li>
          {toldEntries(history.data.data).map((told) => (
            <Entry key={`${told.entry.type} ${told.firstAt}`} told={told} />
          ))}
          {history.data.call && <OpenCall call={history.data.call} />}
        </ol>
      )}
      {history.isPending && <Skeleton height={120} mt="md" />}
      {history.isError && !history.data && (
        <Trouble
          error={history.error}
          title={words.history.failed}
          onRetry={() => history.refetch()}
        />
      )}
    </section>
  );
}

function Entry({ told: { entry, times, firstAt } }: { told: ToldEntry }) {
  const say = words.history;
  return (
    <li data-tone={toneOf(entry)}>
      <p>
        {entry.detail}
        {times > 1 && <span className={classes.times}>{say.times(times)}</span>}
      </p>
      {entry.type === 'version' && entry.rejection && (
        <p className={classes.before}>{entry.rejection.detail}</p>
      )}
      <small>
        <time dateTime={entry.at}>
          {times > 1 ? say.from(momentOf(firstAt), clockTime(entry.at)) : momentOf(entry.at)}
        </time>
        {entry.type === 'attempt' && times === 1 && (
          <span>{say.took(quantity(Math.round(entry.took_ms / 100) / 10))}</span>
        )}
        {entry.type === 'attempt' && entry.log_id && wentWrong(entry) && (
          <span>{say.log(entry.log_id)}</span>
        )}
      </small>
    </li>
  );
}

/** Only then will FacturAPI's support be asked, and want to know which call it was. */
function wentWrong(entry: ToldEntry['entry']): boolean {
  return ['bad', 'warning'].includes(toneOf(entry));
}

function OpenCall({ call }: { call: NonNullable<InvoiceHistory['call']> }) {
  const say = words.history;
  const next = call.next_try_at;
  return (
    <li data-tone={call.state === 'dead' ? 'warning' : 'next'}>
      <p>{call.detail}</p>
      {call.last_problem && <p className={classes.before}>{call.last_problem.detail}</p>}
      <small>
        {next && Date.parse(next) > Date.now() && (
          <time dateTime={next} className={classes.next}>
            {say.nextTry(clockTime(next))}
          </time>
        )}
        {call.attempts > 0 && <span>{say.attempts(call.attempts)}</span>}
      </small>
    </li>
  );
}
