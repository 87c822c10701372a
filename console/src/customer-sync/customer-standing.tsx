import { Button, Skeleton, Text, TextInput, Title } from '@mantine/core';
import { IconMail, IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import type { CustomerRecord, CustomerStanding as Standing } from '../api/bodies.ts';
import { Confirm } from '../app/confirm.tsx';
import { dateAndTime } from '../app/formats.ts';
import { addresses, Link } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import classes from './customer-sync.module.css';
import { useAskFacturapi, useStanding } from './customer-sync.ts';

/** One customer beside FacturAPI's, and what SAT says of it. */
export function CustomerStanding(props: { customer: CustomerRecord; mayAsk: boolean }) {
  const { customer } = props;
  const standing = useStanding(customer.id, customer.version);
  const say = words.sync.standing;
  return (
    <section className={`card ${classes.card}`} aria-labelledby="standing-title">
      <Title order={2} size="h5" id="standing-title">
        {say.title}
      </Title>
      {standing.isPending && <Skeleton height={60} mt="md" />}
      {standing.isError && !standing.data && (
        <Trouble error={standing.error} title={say.loadFailed} onRetry={() => standing.refetch()} />
      )}
      {standing.data && (
        <>
          <Told standing={standing.data} />
          <Checked standing={standing.data} />
          {props.mayAsk && <Ask customer={customer} />}
        </>
      )}
    </section>
  );
}

function Told({ standing }: { standing: Standing }) {
  const say = words.sync.standing;
  const { edit_link: link } = standing;
  return (
    <>
      <Text size="sm" mt="xs">
        {standing.difference ? (
          <>
            {say.differs}{' '}
            <Link className={classes.link} href={addresses.customerSync}>
              {say.decide}
            </Link>
          </>
        ) : (
          toldOf(standing)
        )}
      </Text>
      {link && (
        <Text size="sm" mt={4}>
          {link.sent_at && say.sent(dateAndTime(link.sent_at))}{' '}
          {link.expires_at && say.until(dateAndTime(link.expires_at))}{' '}
          {link.url && (
            <a className={classes.link} href={link.url} target="_blank" rel="noreferrer">
              {say.link}
            </a>
          )}
        </Text>
      )}
    </>
  );
}

function toldOf({ facturapi_id: id, in_step: inStep, synced_at: at }: Standing): string {
  const say = words.sync.standing;
  if (id === null) return say.unknown;
  return inStep && at ? say.inStep(dateAndTime(at)) : say.behind;
}

function Checked({ standing: { tax_check: check } }: { standing: Standing }) {
  const say = words.sync.standing;
  if (!check) {
    return (
      <Text size="sm" c="dimmed" mt={4}>
        {say.neverAsked}
      </Text>
    );
  }
  const when = dateAndTime(check.checked_at);
  return (
    <div role="status">
      <Text size="sm" mt={4} fw={500}>
        {check.is_valid ? say.valid(when) : say.invalid(when)}
      </Text>
      {check.errors.length > 0 && (
        <ul className={classes.errors}>
          {check.errors.map((error) => (
            <li key={`${error.path} ${error.code}`}>{error.message}</li>
          ))}
        </ul>
      )}
      {!check.current && (
        <Text size="sm" c="dimmed">
          {say.earlier}
        </Text>
      )}
    </div>
  );
}

function Ask({ customer }: { customer: CustomerRecord }) {
  const { validate, sendLink } = useAskFacturapi(customer.id, customer.version);
  const [sending, setSending] = useState(false);
  const say = words.sync.standing;
  return (
    <>
      <div className={classes.orders}>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconShieldCheck size={16} aria-hidden />}
          loading={validate.isPending}
          onClick={() => validate.mutate()}
        >
          {say.validate}
        </Button>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconMail size={16} aria-hidden />}
          onClick={() => {
            sendLink.reset();
            setSending(true);
          }}
        >
          {say.sendLink}
        </Button>
      </div>
      {validate.isError && <Trouble error={validate.error} title={say.validateFailed} />}
      {sending && (
        <Confirm
          title={say.sendLinkTitle}
          means={say.sendLinkMeans}
          action={say.send}
          pending={sendLink.isPending}
          error={sendLink.error}
          failedTitle={say.sendFailed}
          onConfirm={({ email = '' }) =>
            sendLink.mutate(email, { onSuccess: () => setSending(false) })
          }
          onClose={() => setSending(false)}
        >
          {(errorOf) => (
            <TextInput
              name="email"
              type="email"
              label={say.email}
              defaultValue={customer.email ?? ''}
              error={errorOf('email')}
              required
            />
          )}
        </Confirm>
      )}
    </>
  );
}
