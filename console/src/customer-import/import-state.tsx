import { Alert, Button, Group, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import type { CustomerImport } from '../api/bodies.ts';
import { quantity } from '../app/formats.ts';
import { addresses, Link } from '../app/router.tsx';
import { words } from '../app/words.ts';
import classes from './customer-import.module.css';
import { ImportCounts } from './import-counts.tsx';

/** How far it is; it goes on without the page. */
export function ImportProgress({ one }: { one: CustomerImport }) {
  const say = words.customerImport;
  const known = one.rows > 0;
  const what = one.dry_run ? say.checking : say.importing;
  return (
    <section className={`card ${classes.card}`} aria-labelledby="progress-title">
      <Title order={2} size="h5" id="progress-title">
        {known ? what : say.counting}
      </Title>
      <Text size="sm" c="dimmed" className={classes.file}>
        {say.file(one.file_name)}
      </Text>
      <progress
        className={classes.progress}
        aria-labelledby="progress-title"
        {...(known ? { value: one.processed, max: one.rows } : {})}
      />
      <div className={classes.numbers} role="status">
        <span>{known ? say.progress(quantity(one.processed), quantity(one.rows)) : ''}</span>
        {one.rejected > 0 && (
          <span>
            {say.rejected}: {quantity(one.rejected)}
          </span>
        )}
      </div>
      {!one.dry_run && (
        <Text size="sm" c="dimmed" mt="sm">
          {say.leave}
        </Text>
      )}
    </section>
  );
}

interface EndedProps {
  one: CustomerImport;
  onAnother: () => void;
}

/** Nothing of the file was taken; what to do about it is said. */
export function ImportFailed({ one, onAnother }: EndedProps) {
  const say = words.customerImport;
  return (
    <Alert role="alert" icon={<IconInfoCircle aria-hidden />} title={say.failedTitle}>
      <Text size="sm">{one.problem?.detail}</Text>
      <Text size="sm" mt={4} className={classes.file}>
        {say.file(one.file_name)}
      </Text>
      <Button size="xs" variant="default" mt="sm" onClick={onAnother}>
        {say.another}
      </Button>
    </Alert>
  );
}

export function ImportResult({ one, repeated, onAnother }: EndedProps & { repeated: boolean }) {
  const say = words.customerImport;
  return (
    <section className={`card ${classes.card}`} aria-labelledby="result-title">
      <Title order={2} size="h5" id="result-title" className={classes.done}>
        <IconCircleCheck size={22} aria-hidden />
        {say.doneTitle}
      </Title>
      {repeated && (
        <Text size="sm" mt={4} role="status">
          {say.repeated}
        </Text>
      )}
      <WhatWasRead one={one} />
      <ImportCounts one={one} />
      {one.rejected > 0 && (
        <Text size="sm" mt="md">
          {say.rejectedMeans}
        </Text>
      )}
      <Downloads one={one} />
      <Group gap="xs" mt="lg">
        <Button renderRoot={(props) => <Link href={addresses.customers} {...props} />}>
          {say.toCustomers}
        </Button>
        <Button variant="default" onClick={onAnother}>
          {say.another}
        </Button>
      </Group>
    </section>
  );
}

/** The rows to be looked at, as files. */
export function Downloads({ one }: { one: CustomerImport }) {
  const say = words.customerImport;
  const at = `/api/customers/imports/${one.id}/errors`;
  if (one.rejected + one.noted === 0) return null;
  return (
    <Group gap="xs" mt="sm">
      {one.rejected > 0 && (
        <>
          <Button component="a" href={`${at}.xlsx`} download variant="light" size="xs">
            {say.errorsExcel}
          </Button>
          <Button component="a" href={at} download variant="subtle" size="xs">
            {say.errorsCsv}
          </Button>
        </>
      )}
      {one.noted > 0 && (
        <Button component="a" href={`${at}?kind=noted`} download variant="subtle" size="xs">
          {say.notesCsv}
        </Button>
      )}
    </Group>
  );
}

/** Which file, which sheet, and what of it was left aside. */
export function WhatWasRead({ one }: { one: CustomerImport }) {
  const say = words.customerImport;
  const list = (names: readonly string[]) => new Intl.ListFormat(words.locale).format(names);
  const read = one.sheet
    ? `${say.file(one.file_name)} · ${say.sheet(one.sheet)}`
    : say.file(one.file_name);
  const left = [
    ...(one.other_sheets.length > 0 ? [say.otherSheets(list(one.other_sheets))] : []),
    ...(one.ignored_columns.length > 0 ? [say.ignored(list(one.ignored_columns))] : []),
  ];
  return (
    <div className={classes.file}>
      {[read, ...left].map((line) => (
        <Text key={line} size="sm" c="dimmed" mt={4}>
          {line}
        </Text>
      ))}
    </div>
  );
}
