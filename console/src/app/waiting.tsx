import { Skeleton, Stack } from '@mantine/core';
import { words } from './words.ts';

/** A page whose contents are on their way. */
export function Waiting() {
  return (
    <Stack gap="md" role="status" aria-label={words.shell.loading}>
      <Skeleton height={30} width={220} />
      <Skeleton height={24} width={320} maw="100%" />
      <Skeleton height={280} radius="md" />
    </Stack>
  );
}
