import { Button, Text, TextInput, Title } from '@mantine/core';
import { IconFileCheck, IconFileX, IconSearch } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Invoice, ReviewInput } from '../api/bodies.ts';
import { Confirm } from '../app/confirm.tsx';
import { dateAndTime, money } from '../app/formats.ts';
import { words } from '../app/words.ts';
import { useInvoiceHistory } from '../history/invoice-history.ts';
import { useDecideReview } from './decide-review.ts';
import classes from './review-panel.module.css';

type Decision = ReviewInput['decision'];

const facturapiIdPattern = '[A-Za-z0-9_\\-]{8,64}';

/** What is known of an invoice in doubt, and the three things that a person may make of it. */
export function ReviewPanel({ invoice, mayDecide }: { invoice: Invoice; mayDecide: boolean }) {
  const [asked, setAsked] = useState<Decision | null>(null);
  const history = useInvoiceHistory(invoice.id, invoice.status);
  // One that was issued again bears a key of its own, which nobody tells us.
  const reissued = history.data?.data.some(({ type }) => type === 'version') ?? true;
  const say = words.review;
  return (
    <section className={`card ${classes.card}`} aria-labelledby="review-title">
      <Title order={2} size="h5" id="review-title">
        {say.title}
      </Title>
      <Text size="sm">{say.intro}</Text>
      <dl className={classes.known}>
        <Known name={words.invoice.taxId}>{invoice.customer.tax_id}</Known>
        <Known name={words.totals.total}>{money(invoice.total, invoice.currency)}</Known>
        <Known name={words.invoice.issuedAt}>{dateAndTime(invoice.date)}</Known>
        {!reissued && (
          <Known name={say.externalId}>
            <code>{invoice.id}</code>
          </Known>
        )}
      </dl>
      {mayDecide && (
        <div className={classes.decisions}>
          <Choice of={say.lookAgain} icon={<IconSearch />} onClick={() => setAsked('look_again')} />
          <Choice of={say.adopt} icon={<IconFileCheck />} onClick={() => setAsked('adopt')} />
          <Choice
            of={say.notStamped}
            icon={<IconFileX />}
            onClick={() => setAsked('not_stamped')}
          />
        </div>
      )}
      {asked && <Decide id={invoice.id} decision={asked} onClose={() => setAsked(null)} />}
    </section>
  );
}

function Known({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Choice(props: { of: { action: string }; icon: ReactNode; onClick: () => void }) {
  return (
    <Button
      variant="default"
      justify="flex-start"
      leftSection={
        <span className={classes.icon} aria-hidden>
          {props.icon}
        </span>
      }
      onClick={props.onClick}
    >
      {props.of.action}
    </Button>
  );
}

function Decide(props: { id: string; decision: Decision; onClose: () => void }) {
  const decide = useDecideReview(props.id, props.onClose);
  const say = words.review;
  const { decision } = props;
  const about = { look_again: say.lookAgain, not_stamped: say.notStamped, adopt: say.adopt };
  return (
    <Confirm
      {...about[decision]}
      danger={decision === 'not_stamped'}
      why={{ label: say.why, hint: say.whyHint, required: true }}
      pending={decide.isPending}
      error={decide.error}
      failedTitle={say.failed}
      onConfirm={({ why = '', facturapi_id }) =>
        decide.mutate({ decision, why, ...(decision === 'adopt' ? { facturapi_id } : {}) })
      }
      onClose={props.onClose}
    >
      {decision === 'adopt'
        ? (errorOf) => (
            <TextInput
              name="facturapi_id"
              label={say.facturapiId}
              description={say.facturapiIdHint}
              error={errorOf('facturapi_id')}
              pattern={facturapiIdPattern}
              title={say.facturapiIdRule}
              autoComplete="off"
              spellCheck={false}
              required
            />
          )
        : undefined}
    </Confirm>
  );
}
