import { Button, Stack, Text, Title } from '@mantine/core';
import { addresses, Link } from './router.tsx';
import { words } from './words.ts';

interface AbsentProps {
  title: string;
  hint: string;
  /** The way on; the list of invoices when nothing is nearer. */
  href?: string;
  way?: string;
}

/** What was asked for is not here: nothing failed, so no alarm, only a way on. */
export function Absent({ title, hint, href = addresses.invoices, way }: AbsentProps) {
  return (
    <Stack align="center" py={80} gap="sm">
      <Title order={1} size="h3" ta="center">
        {title}
      </Title>
      <Text c="dimmed" ta="center">
        {hint}
      </Text>
      <Button renderRoot={(props) => <Link href={href} {...props} />}>
        {way ?? words.shell.invoices}
      </Button>
    </Stack>
  );
}
