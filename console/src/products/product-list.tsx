import { Button, CloseButton, Loader, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { IconArchive, IconPackage, IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { FoundProduct } from '../api/bodies.ts';
import { addresses, Link, navigate } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { ProductRow } from './product-row.tsx';
import { useProducts } from './products.ts';
import classes from './products-page.module.css';

interface ProductListProps {
  archived: boolean;
  mayCreate: boolean;
}

/** Typing finds, the arrows choose, Enter opens: the best match when none was chosen. */
export function ProductList({ archived, mayCreate }: ProductListProps) {
  const say = words.products.list;
  const [typed, setTyped] = useState('');
  const q = typed.trim();
  const found = useProducts(q, archived);
  const products = found.data?.pages.flatMap((page) => page.data);
  const page = useRef<HTMLDivElement>(null);

  // Enter before the matches of what was typed are there waits for them.
  const settled = found.isSuccess && !found.isPlaceholderData;
  const [awaited, setAwaited] = useState(false);
  const openAwaited = useEffectEvent(() => {
    setAwaited(false);
    if (products?.[0]) navigate(addresses.product(products[0].id));
  });
  useEffect(() => {
    if (awaited && settled) openAwaited();
  }, [awaited, settled]);

  const clear = <CloseButton aria-label={say.clear} onClick={() => setTyped('')} />;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears the keys of the fields inside
    <div ref={page} onKeyDown={(event) => moveFocus(event, page.current)}>
      <TextInput
        type="search"
        size="md"
        mb="md"
        aria-label={say.search}
        placeholder={say.placeholder}
        leftSection={<IconSearch size={18} aria-hidden />}
        rightSection={found.isFetching ? <Loader size={16} /> : typed && clear}
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
      <div className="card">
        {found.isError && !found.isFetching && (
          <div className={classes.padded}>
            <Trouble error={found.error} title={say.failed} onRetry={() => found.refetch()} />
          </div>
        )}
        {!found.isError && !products && <Waiting />}
        {products?.length === 0 && (
          <Nothing typed={q !== ''} archived={archived} mayCreate={mayCreate} />
        )}
        {products && products.length > 0 && <Rows products={products} />}
        {found.hasNextPage && (
          <div className={classes.more}>
            <Button
              variant="default"
              size="xs"
              loading={found.isFetchingNextPage}
              onClick={() => found.fetchNextPage()}
            >
              {say.more}
            </Button>
          </div>
        )}
      </div>
      <span className="spoken-only" role="status">
        {settled && q ? words.products.results(products?.length ?? 0) : ''}
      </span>
    </div>
  );
}

function moveFocus(event: KeyboardEvent, page: HTMLElement | null): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const stops = [...(page?.querySelectorAll<HTMLElement>('input, li a') ?? [])];
  stops[stops.indexOf(document.activeElement as HTMLElement) + step]?.focus();
  event.preventDefault();
}

function Rows({ products }: { products: readonly FoundProduct[] }) {
  return (
    <ul className={classes.rows}>
      {products.map((product) => (
        <li key={product.id}>
          <ProductRow product={product} />
        </li>
      ))}
    </ul>
  );
}

const rowsWaiting = ['a', 'b', 'c', 'd', 'e', 'f'];

function Waiting() {
  return (
    <Stack gap="md" p={20} role="status" aria-label={words.shell.loading}>
      {rowsWaiting.map((row) => (
        <Skeleton key={row} height={34} />
      ))}
    </Stack>
  );
}

interface NothingProps extends ProductListProps {
  typed: boolean;
}

function Nothing({ typed, archived, mayCreate }: NothingProps) {
  const say = words.products.list;
  const Icon = archived ? IconArchive : IconPackage;
  const [title, hint] = typed
    ? [say.none, archived ? '' : say.noneHint]
    : archived
      ? [say.noArchived, say.noArchivedHint]
      : [say.empty, say.emptyHint];
  return (
    <Stack align="center" gap={4} px={20} py={56}>
      <Icon size={32} stroke={1.4} color="var(--mantine-color-dimmed)" aria-hidden />
      <Text fw={600} size="sm" mt={4}>
        {title}
      </Text>
      <Text c="dimmed" size="sm" ta="center">
        {hint}
      </Text>
      {mayCreate && !archived && (
        <Button
          mt="sm"
          variant={typed ? 'light' : 'filled'}
          renderRoot={(props) => <Link href={addresses.newProduct} {...props} />}
        >
          {say.create}
        </Button>
      )}
    </Stack>
  );
}
