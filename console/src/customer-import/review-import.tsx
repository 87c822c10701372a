import { Button, Group, Skeleton, Tabs, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { CustomerImport } from '../api/bodies.ts';
import { quantity } from '../app/formats.ts';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import classes from './customer-import.module.css';
import { useImport } from './customer-imports.ts';
import { ImportCounts } from './import-counts.tsx';
import { Downloads, ImportFailed, ImportProgress, WhatWasRead } from './import-state.tsx';
import { type PreviewKind, PreviewRows } from './preview-rows.tsx';

interface ReviewImportProps {
  /** Of the dry run. */
  id: string;
  sending: boolean;
  error: unknown;
  onStart: () => void;
  onAnother: () => void;
}

/** What an import would do, before a person says yes. */
export function ReviewImport({ id, sending, error, onStart, onAnother }: ReviewImportProps) {
  const found = useImport(id);
  const say = words.customerImport;
  if (found.isPending) return <Skeleton height={220} radius="md" />;
  if (!found.data) {
    return <Trouble error={found.error} title={say.loadFailed} onRetry={() => found.refetch()} />;
  }
  const one = found.data;
  if (one.status === 'running') return <ImportProgress one={one} />;
  if (one.status === 'failed') return <ImportFailed one={one} onAnother={onAnother} />;
  const writes = one.created + one.updated;
  return (
    <section className={`card ${classes.card}`} aria-labelledby="review-title">
      <Title order={2} size="h5" id="review-title">
        {say.reviewTitle}
      </Title>
      <WhatWasRead one={one} />
      <ImportCounts one={one} />
      <Downloads one={one} />
      {error !== null && <Trouble error={error} title={say.sendFailed} />}
      {writes === 0 && (
        <Text size="sm" mt="md">
          <strong>{say.nothing}.</strong> {say.nothingHint}
        </Text>
      )}
      <Group gap="xs" mt="lg">
        {writes > 0 && (
          <Button loading={sending} onClick={onStart}>
            {say.start(writes)}
          </Button>
        )}
        <Button variant="default" disabled={sending} onClick={onAnother}>
          {say.another}
        </Button>
      </Group>
      <Kinds one={one} />
    </section>
  );
}

const order: readonly PreviewKind[] = ['rejected', 'updated', 'created', 'duplicates', 'unchanged'];

/** The first rows of each kind; what needs a person's eye comes first. */
function Kinds({ one }: { one: CustomerImport }) {
  const say = words.customerImport;
  const kinds = order.filter((kind) => one[kind] > 0);
  const [shown, setShown] = useState<string | null>(null);
  if (!one.preview || kinds.length === 0) return null;
  return (
    <Tabs
      className={classes.kinds}
      value={shown ?? kinds[0]!}
      onChange={setShown}
      keepMounted={false}
    >
      <Tabs.List>
        {kinds.map((kind) => (
          <Tabs.Tab key={kind} value={kind}>
            {say[kind]} ({quantity(one[kind])})
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {kinds.map((kind) => (
        <Tabs.Panel key={kind} value={kind} pt="sm">
          <Text size="sm" c="dimmed">
            {say[`${kind}Means`]}
          </Text>
          <PreviewRows kind={kind} rows={one.preview![kind]} total={one[kind]} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
