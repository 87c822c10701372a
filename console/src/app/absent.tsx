import { Button, Stack, Text, Title } from '@mantine/core';
import { addresses, Link } from './router.tsx';
import { words } from './words.ts';

/** What was asked for is not here: nothing failed, so no alarm, only a way on. */
export function Absent({ title, hint }: { title: string; hint: string }) {
  return (
    <Stack align="center" py={80} gap="sm">
      <Title order={1} size="h3" ta="center">
        {title}
      </Title>
      <Text c="dimmed" ta="center">
        {hint}
      </Text>
      <Button renderRoot={(props) => <Link href={addresses.invoices} {...props} />}>
        {words.shell.invoices}
      </Button>
    </Stack>
  );
}
