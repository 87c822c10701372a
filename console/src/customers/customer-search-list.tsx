import { Button, CloseButton, Loader, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { FoundCustomer } from '../api/bodies.ts';
import { addresses, Link, navigate } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { CustomerRows } from './customer-rows.tsx';
import { listShownMax, useCustomerSearch } from './customers.ts';
import classes from './customers-page.module.css';

const parameter = 'q';

/** Typing finds, the arrows choose, Enter opens: the best match when none was chosen. */
export function CustomerSearchList({ mayCreate }: { mayCreate: boolean }) {
  const [typed, setTyped] = useTypedInAddress();
  const q = typed.trim();
  const found = useCustomerSearch(q, true, listShownMax);
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const say = words.customers.list;
  const customers = found.data ?? [];

  // Enter before the matches of what was typed are there waits for them.
  const settled = found.isSuccess && !found.isPlaceholderData;
  const [awaited, setAwaited] = useState(false);
  const openAwaited = useEffectEvent(() => {
    setAwaited(false);
    if (customers[0]) navigate(addresses.customer(customers[0].id));
  });
  useEffect(() => {
    if (awaited && settled) openAwaited();
  }, [awaited, settled]);

  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const stops = [field.current, ...(list.current?.querySelectorAll('a') ?? [])];
    const at = stops.indexOf(document.activeElement as HTMLInputElement);
    stops[at + step]?.focus();
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears the keys of the fields inside
    <div onKeyDown={move}>
      <TextInput
        ref={field}
        type="search"
        size="md"
        aria-label={say.search}
        placeholder={say.placeholder}
        leftSection={<IconSearch size={18} aria-hidden />}
        rightSection={<Beside busy={found.isFetching} typed={typed} onClear={() => setTyped('')} />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setAwaited(false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && q) setAwaited(true);
          if (event.key === 'Escape' && typed) setTyped('');
        }}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        autoFocus={!matchMedia('(pointer: coarse)').matches}
      />
      <Text size="xs" c="dimmed" mt={6} className={classes.keys}>
        {say.keys}
      </Text>
      <div className={`card ${classes.list}`} ref={list}>
        {found.isError && !found.isFetching ? (
          <div className={classes.padded}>
            <Trouble error={found.error} title={say.failed} onRetry={() => found.refetch()} />
          </div>
        ) : (
          <Found customers={found.data} q={q} mayCreate={mayCreate} />
        )}
      </div>
      <span className="spoken-only" role="status">
        {settled ? words.customers.results(customers.length) : ''}
      </span>
    </div>
  );
}

function Beside(props: { busy: boolean; typed: string; onClear: () => void }) {
  if (props.busy) return <Loader size={16} />;
  if (!props.typed) return null;
  return <CloseButton aria-label={words.customers.list.clear} onClick={props.onClear} />;
}

interface FoundProps {
  customers: FoundCustomer[] | undefined;
  q: string;
  mayCreate: boolean;
}

function Found({ customers, q, mayCreate }: FoundProps) {
  const say = words.customers.list;
  if (!customers) return <CustomerRows.Waiting />;
  if (customers.length === 0) {
    return (
      <Stack align="center" gap={4} px={20} py={56}>
        <IconUsers size={32} stroke={1.4} color="var(--mantine-color-dimmed)" aria-hidden />
        <Text fw={600} size="sm" mt={4}>
          {q ? words.customers.none : words.customers.empty}
        </Text>
        <Text c="dimmed" size="sm" ta="center">
          {q ? say.noneHint : say.emptyHint}
        </Text>
        {mayCreate && (
          <Button
            mt="sm"
            variant={q ? 'light' : 'filled'}
            renderRoot={(props) => <Link href={addresses.newCustomer(q)} {...props} />}
          >
            {q ? words.customers.createNamed(q) : words.customers.create}
          </Button>
        )}
      </Stack>
    );
  }
  return (
    <>
      <CustomerRows customers={customers} />
      {customers.length >= listShownMax && (
        <Text size="xs" c="dimmed" ta="center" p="sm">
          {say.first(listShownMax)}
        </Text>
      )}
    </>
  );
}

/** What was typed stands in the address, so that the way back from a customer leads to it. */
function useTypedInAddress(): [string, (typed: string) => void] {
  const [typed, setTyped] = useState(
    () => new URLSearchParams(window.location.search).get(parameter) ?? '',
  );
  const type = (text: string) => {
    setTyped(text);
    const search = text ? `?${new URLSearchParams({ [parameter]: text })}` : '';
    window.history.replaceState(null, '', window.location.pathname + search);
  };
  return [typed, type];
}
